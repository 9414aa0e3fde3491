import { readdir, readFile } from 'node:fs/promises';

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

const GONE = ['Z', 'X'];

/** A process and all its descendants; empty when it has exited. */
export async function descendants(root: number): Promise<number[]> {
  const rows = (await processTable()).filter(({ state }) => !GONE.includes(state));
  const found = new Set(rows.filter(({ pid }) => pid === root).map(({ pid }) => pid));
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { pid, parent } of rows) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Every process that this one sees, but for itself, its ancestors, and those that are spared with their descendants. */
export async function othersThan(own: number, spared: ReadonlySet<number>): Promise<number[]> {
  const rows = (await processTable()).filter(({ state }) => !GONE.includes(state));
  const parents = new Map(rows.map(({ pid, parent }) => [pid, parent]));
  const line = (pid: number): number[] => (parents.has(pid) ? [pid, ...line(parents.get(pid) ?? 0)] : []);
  const ancestors = new Set(line(own));
  return rows
    .map(({ pid }) => pid)
    .filter((pid) => !ancestors.has(pid) && !line(pid).some((ancestor) => spared.has(ancestor)));
}

/** The processes that were started with `entry` (`NAME=value`) in their environment, among those whose environment this user may read. */
export async function withEnvironment(entry: string): Promise<number[]> {
  const rows = (await processTable()).filter(({ state }) => !GONE.includes(state));
  const marked = await Promise.all(
    rows.map(async ({ pid }) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').includes(entry) ? [pid] : [];
    }),
  );
  return marked.flat();
}

/**
 * True when a process that received SIGSTOP executes no more of its program: stopped, exited, or blocked in the kernel (state D).
 * A parent in vfork remains in state D while its child is stopped.
 */
export async function isStopped(pid: number): Promise<boolean> {
  const row = await readRow(pid);
  return row === undefined || ['T', 't', 'D', ...GONE].includes(row.state);
}

async function processTable(): Promise<Row[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const rows = await Promise.all(pids.map(readRow));
  return rows.filter((row) => row !== undefined);
}

/** The process name may contain brackets, so the fields are read after the last one. */
async function readRow(pid: number): Promise<Row | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state && parent ? { pid, parent: Number(parent), state } : undefined;
}
