import { readdir, readFile } from 'node:fs/promises';

const BYTES_PER_KILOBYTE = 1_024;
const BYTES_PER_MEGABYTE = 1e6;
/** Linux counts processor time for programs in hundredths of a second on every architecture. */
const MILLISECONDS_PER_TICK = 10;

/** Resident megabytes of these processes and their descendants; a shared page counts in parts (PSS). */
export async function residentMegabytes(roots: readonly number[]): Promise<number> {
  const family = familiesOf(roots, await statOfEach());
  const sizes = await Promise.all(family.map((pid) => ofProcess(pid, 'smaps_rollup')));
  const kilobytes = sizes.reduce((sum, rollup) => sum + pssKilobytes(rollup), 0);
  return (kilobytes * BYTES_PER_KILOBYTE) / BYTES_PER_MEGABYTE;
}

/** Processor milliseconds used so far by this process and its descendants, those that have ended included. */
export async function cpuMilliseconds(root: number): Promise<number> {
  const stats = await statOfEach();
  return familiesOf([root], stats).reduce((sum, pid) => sum + cpuMillisecondsIn(stats.get(pid) ?? ''), 0);
}

/** Processor milliseconds used so far by this process alone. */
export const ownCpuMilliseconds = async (pid: number): Promise<number> =>
  ownCpuMillisecondsIn(await ofProcess(pid, 'stat'));

/** The most resident megabytes that this process has had. */
export async function peakMegabytes(pid: number): Promise<number> {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(await ofProcess(pid, 'status'))?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has ended`);
  return (Number(kilobytes) * BYTES_PER_KILOBYTE) / BYTES_PER_MEGABYTE;
}

/** A process with exactly this command line: its arguments, each with a NUL behind it. */
export async function pidOf(commandLine: string): Promise<number | undefined> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const lines = await Promise.all(pids.map((pid) => ofProcess(pid, 'cmdline')));
  return pids[lines.indexOf(commandLine)];
}

/** A process and its descendants. */
export function familyOf(root: number, parents: ReadonlyMap<number, number>): number[] {
  const children = [...parents].filter(([, parent]) => parent === root).map(([pid]) => pid);
  return [root, ...children.flatMap((child) => familyOf(child, parents))];
}

/** From the text of `smaps_rollup`; zero for a process that has ended. */
export const pssKilobytes = (rollup: string): number => Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);

/** From the text of `stat`. */
export const parentIn = (stat: string): number => Number(fieldsAfterName(stat)[1]);

/** From the text of `stat`: user and system time, of the process and of its children that have ended. */
export const cpuMillisecondsIn = (stat: string): number => millisecondsIn(fieldsAfterName(stat).slice(11, 15));

/** From the text of `stat`: user and system time of the process without its children. */
const ownCpuMillisecondsIn = (stat: string): number => millisecondsIn(fieldsAfterName(stat).slice(11, 13));

const millisecondsIn = (ticks: readonly string[]): number =>
  ticks.reduce((sum, count) => sum + Number(count) * MILLISECONDS_PER_TICK, 0);

/** The program's name in `stat` may hold anything, parentheses and spaces too. */
const fieldsAfterName = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

function familiesOf(roots: readonly number[], stats: ReadonlyMap<number, string>): number[] {
  const parents = new Map([...stats].map(([pid, stat]) => [pid, parentIn(stat)]));
  return [...new Set(roots.flatMap((root) => familyOf(root, parents)))];
}

async function statOfEach(): Promise<ReadonlyMap<number, string>> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const stats = await Promise.all(pids.map(async (pid) => [pid, await ofProcess(pid, 'stat')] as const));
  return new Map(stats.filter(([, stat]) => stat !== ''));
}

/** Empty for a process that has ended meanwhile. */
const ofProcess = (pid: number, file: 'stat' | 'smaps_rollup' | 'status' | 'cmdline'): Promise<string> =>
  readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
