import { readdir, readFile } from 'node:fs/promises';

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

const GONE = ['Z', 'X'];

/** A process and all that descend from it; empty when it has gone. */
export async function descendants(root: number): Promise<number[]> {
  const rows = (await processTable()).filter(({ state }) => !GONE.includes(state));
  const found = new Set(rows.filter(({ pid }) => pid === root).map(({ pid }) => pid));
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { pid, parent } of rows) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** The processes that were started with `entry` (`NAME=value`) in their environment, as far as this user may look. */
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
 * Whether a process that was told to stop runs no more of its program: it has stopped or gone, or is in the kernel, which it leaves
 * only to stop. There one waits, for as long as it takes, whose child was stopped before it came to its own program (vfork).
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

/** A process's name may hold anything, even brackets: the fields begin after the last one. */
async function readRow(pid: number): Promise<Row | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state && parent ? { pid, parent: Number(parent), state } : undefined;
}
