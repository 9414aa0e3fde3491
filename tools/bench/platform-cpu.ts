import type { Platform } from './platform';
import { cpuMilliseconds, ownCpuMilliseconds } from './process-family';

/** Processor milliseconds, by the name of a server or service. */
export type CpuByPart = ReadonlyMap<string, number>;

export type PlatformCpu = Readonly<{
  /** The runner without the processes that it has started. */
  parts: CpuByPart;
  /** The processes that the runner has started: agents, and the programs that open and close their workspaces. */
  workspaces: number;
}>;

const RUNNER = 'agent-runner';

/** The processor time that each part of the platform uses while `work` goes on. */
export async function cpuDuring(platform: Platform, work: () => Promise<void>): Promise<PlatformCpu> {
  const before = await cpuSoFar(platform);
  await work();
  const after = await cpuSoFar(platform);
  const parts = [...after.parts].map(([name, used]) => [name, used - (before.parts.get(name) ?? 0)] as const);
  return { parts: new Map(parts), workspaces: after.workspaces - before.workspaces };
}

async function cpuSoFar({ processes: { servers, services } }: Platform): Promise<PlatformCpu> {
  const parts = new Map<string, number>();
  for (const [name, { pid }] of Object.entries({ ...servers, ...services })) {
    parts.set(name, await (name === RUNNER ? ownCpuMilliseconds(pid) : cpuMilliseconds(pid)));
  }
  const runner = services[RUNNER];
  if (!runner) throw new Error('there is no runner');
  return { parts, workspaces: (await cpuMilliseconds(runner.pid)) - (parts.get(RUNNER) ?? 0) };
}

/** Each part divided by the number of sessions. */
export const perSession = (parts: CpuByPart, sessions: number): CpuByPart =>
  new Map([...parts].map(([name, used]) => [name, used / sessions]));

/** For people. */
export const listedCpu = (parts: CpuByPart): string =>
  [...parts].map(([name, value]) => `${name} ${value.toFixed(1)}`).join(', ');
