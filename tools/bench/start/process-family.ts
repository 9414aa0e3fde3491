import { readdir, readFile } from 'node:fs/promises';

const BYTES_PER_KILOBYTE = 1_024;
const BYTES_PER_MEGABYTE = 1e6;

/** Megabytes that these processes and all that descend from them keep resident; of a page that several share, each has its part (PSS). */
export async function residentMegabytes(roots: readonly number[]): Promise<number> {
  const parents = await parentOfEach();
  const family = new Set(roots.flatMap((root) => familyOf(root, parents)));
  const sizes = await Promise.all([...family].map((pid) => ofProcess(pid, 'smaps_rollup')));
  const kilobytes = sizes.reduce((sum, rollup) => sum + pssKilobytes(rollup), 0);
  return (kilobytes * BYTES_PER_KILOBYTE) / BYTES_PER_MEGABYTE;
}

/** A process and its descendants. */
export function familyOf(root: number, parents: ReadonlyMap<number, number>): number[] {
  const children = [...parents].filter(([, parent]) => parent === root).map(([pid]) => pid);
  return [root, ...children.flatMap((child) => familyOf(child, parents))];
}

/** From the text of `smaps_rollup`; of a process that has ended, nothing. */
export const pssKilobytes = (rollup: string): number => Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);

/** From the text of `stat`, where the program's name may hold anything, parentheses too. */
export const parentIn = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);

async function parentOfEach(): Promise<ReadonlyMap<number, number>> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const stats = await Promise.all(pids.map(async (pid) => [pid, await ofProcess(pid, 'stat')] as const));
  return new Map(stats.filter(([, stat]) => stat !== '').map(([pid, stat]) => [pid, parentIn(stat)]));
}

/** Nothing of a process that has ended meanwhile. */
const ofProcess = (pid: number, file: 'stat' | 'smaps_rollup'): Promise<string> =>
  readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
