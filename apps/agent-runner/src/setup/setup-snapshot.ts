import { reasonOf } from '../session/reason';
import { stageRepositories, type WorkspaceContents } from '../session/workspace-setup';
import type { RunnerRecorder } from '../session-socket';
import type { Workspace } from '../workspaces';
import type { Snapshots } from './snapshots';

type SnapshotUse = Readonly<{
  snapshots: Snapshots;
  key: string;
  workspace: Workspace;
  contents: WorkspaceContents;
  /** The number of commands that a snapshot stands for. */
  commands: number;
  records: Pick<RunnerRecorder, 'note'>;
  signal: AbortSignal;
}>;

/** What one set-up has made, before it is run and afterwards. */
export class SetupSnapshot {
  constructor(private readonly use: SnapshotUse) {}

  /** True when the workspace has the files that the set-up has made before; otherwise it has its repositories. */
  async restore(): Promise<boolean> {
    const { snapshots, key, workspace, contents, commands, records, signal } = this.use;
    const startedAt = performance.now();
    const restored = await snapshots.restore(key, workspace, signal);
    if (restored === 'broken') await stageRepositories(workspace, contents);
    if (typeof restored === 'string') return false;

    const { bytes, madeAt } = restored;
    records.note('setup_reused', { commands, bytes, made_at: madeAt.toISOString(), duration_ms: since(startedAt) });
    return true;
  }

  /** A set-up that cannot be kept has been done all the same. */
  async keep(): Promise<void> {
    const { snapshots, key, workspace, records, signal } = this.use;
    const startedAt = performance.now();
    try {
      const { bytes } = await snapshots.keep(key, workspace, signal);
      records.note('setup_kept', { bytes, duration_ms: since(startedAt) });
    } catch (error) {
      signal.throwIfAborted();
      records.note('setup_not_kept', { reason: reasonOf(error) });
    }
  }
}

const since = (startedAt: number): number => Math.round(performance.now() - startedAt);
