import { rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ControlGroup } from './control-group';
import { withEnvironment } from './process-table';
import { replaceFile } from './replace-file';
import { WorkspaceProcesses } from './workspace-processes';

const FILE = 'workspace.json';

const WorkspaceRecord = z.object({ id: z.string(), groups: z.array(z.string()) });
type WorkspaceRecord = z.infer<typeof WorkspaceRecord>;

/** Environment of every process that a runner starts: a later runner finds them by it where there are no control groups. */
export const marker = (id: string) => ({ SYNTROPIC_WORKSPACE: id });

export const markedProcesses = (id: string) => withEnvironment(`SYNTROPIC_WORKSPACE=${id}`);

/** Records how to find the workspace's processes, before the first one is started. */
export function writeRecord(directory: string, record: WorkspaceRecord): void {
  replaceFile(join(directory, FILE), JSON.stringify(record));
}

export function removeRecord(directory: string): void {
  rmSync(join(directory, FILE), { force: true });
}

/** Kills the processes of an earlier runner in the workspaces under `directory`, keeps their files, and returns the workspaces' ids. */
export async function reapOrphans(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  const reaped = await Promise.all(names.map((name) => reap(join(directory, name))));
  return reaped.flat();
}

async function reap(directory: string): Promise<string[]> {
  const record = await readRecord(directory);
  if (!record) return [];

  const group = ControlGroup.recorded(record.groups);
  await new WorkspaceProcesses(group, () => Promise.resolve([])).kill();
  await group.remove();
  await new WorkspaceProcesses(undefined, () => markedProcesses(record.id)).kill();
  removeRecord(directory);
  return [record.id];
}

async function readRecord(directory: string): Promise<WorkspaceRecord | undefined> {
  try {
    return WorkspaceRecord.parse(JSON.parse(await readFile(join(directory, FILE), 'utf8')));
  } catch {
    // A file that holds no record keeps the runner from no other workspace.
    return undefined;
  }
}
