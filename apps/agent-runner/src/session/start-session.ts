import { outputOf, type PlannedSession, type Provider } from '../providers';
import type { Backend, WorkspaceSpec } from '../workspaces';
import type { Outline } from './agent-output';
import type { Graces } from './graceful-kill';
import type { OutputLimits } from './output-budget';
import { SessionRun } from './session-run';
import { Spool } from './spool';
import { setUpWorkspace, type WorkspaceContents } from './workspace-setup';

export interface SessionSpec {
  readonly provider: Provider;
  readonly session: PlannedSession;
  readonly backend: Backend;
  /** The session socket on the host; undefined where agents have none. */
  readonly socket?: string | undefined;
  /** Its directory also holds the spool. */
  readonly workspace: WorkspaceSpec;
  readonly contents: WorkspaceContents;
  readonly timeoutMs: number;
  readonly graces: Graces;
  readonly output?: OutputLimits | undefined;
  readonly outline: Outline;
}

/**
 * Prepares the workspace and starts the agent in it.
 * @throws DomainError for faults that the workflow's author can correct
 */
export async function startSession(spec: SessionSpec): Promise<SessionRun> {
  const { provider, backend, contents, timeoutMs, graces, output } = spec;
  const { leg, agent: configuration } = spec.session;
  const workspace = await backend.create(spec.workspace);
  try {
    const plan = await provider.plan(spec.session, { home: workspace.home, socket: spec.socket });
    await setUpWorkspace(workspace, { ...contents, home: plan.home });
    await workspace.handOver();
    // An agent that runs is followed at once: what takes time comes before its start.
    const spool = await Spool.open(spec.workspace.directory);
    try {
      contents.clone.signal?.throwIfAborted();
      const agent = workspace.spawn(plan.argv, { ...plan, keepsStdinOpen: plan.input !== undefined });
      const { diskBytes } = spec.workspace.limits;
      const outline = outputOf(configuration) === 'text' ? undefined : spec.outline;
      const settings = {
        leg,
        yields: provider.yields,
        timeoutMs,
        graces,
        diskBytes,
        output,
        outline,
        input: plan.input,
      };
      return new SessionRun(settings, workspace, agent, spool);
    } catch (error) {
      await spool.close();
      throw error;
    }
  } catch (error) {
    // Keeps the files of an earlier leg when the start of a later one fails.
    await (leg === 1 ? workspace.destroy() : workspace.release());
    throw error;
  }
}
