import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ControlGroup } from './control-group';
import { withEnvironment } from './process-table';
import { WorkspaceProcesses } from './workspace-processes';

const FILE = 'workspace.json';

const Record = z.object({ id: z.string(), groups: z.array(z.string()) });
type Record = z.infer<typeof Record>;

/** In the environment of every process that a runner starts, so that a later runner knows them where there are no control groups. */
export const marker = (id: string) => ({ SYNTROPIC_WORKSPACE: id });

const entry = (id: string) => `SYNTROPIC_WORKSPACE=${id}`;

export const marked = (id: string) => withEnvironment(entry(id));

/** Notes which processes will be the workspace's, before there is one. */
export async function writeRecord(directory: string, record: Record): Promise<void> {
  const path = join(directory, FILE);
  await writeFile(`${path}.new`, JSON.stringify(record));
  await rename(`${path}.new`, path);
}

export async function removeRecord(directory: string): Promise<void> {
  await rm(join(directory, FILE), { force: true });
}

/** Ends what an earlier runner left running in the workspaces under `directory`; their files stay. Answers their ids. */
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
  await new WorkspaceProcesses(undefined, () => marked(record.id)).kill();
  await removeRecord(directory);
  return [record.id];
}

async function readRecord(directory: string): Promise<Record | undefined> {
  const text = await readFile(join(directory, FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Record.parse(JSON.parse(text));
}
