import { eventually } from '@syntropic/testing';
import { readFileSync } from 'node:fs';
import { atMost, timesAtLeast, type Figures } from '../figure';
import { TIMESTAMPED, timestampedWorkflow } from '../live/timestamped-workflow';
import { withPlatform, type Platform } from '../platform';
import { WatchingClient } from './watching-client';

const CONNECTIONS = 5_000;
/** Clients that connect at the same time. */
const AT_ONCE = 50;
const LINES = 100;
const PAUSE_MS = { from: 900, below: 1_100 };
const LAST_EVENT = 'ExecutionCompleted';

/** Many clients that watch one execution through one gateway, and come while its agent works. */
export async function fanoutSuite(print: (line: string) => void): Promise<Figures> {
  return withPlatform(async (platform) => {
    await platform.createWorkflow(timestampedWorkflow(LINES, PAUSE_MS));
    const executionId = await platform.execute(TIMESTAMPED);
    const before = residentKilobytes(platform);
    const since = performance.now();
    const clients = await connected(platform.address, `/api/executions/${executionId}/stream`);
    print(`${clients.length} clients watch after ${((performance.now() - since) / 1_000).toFixed(1)} s`);
    const memory = residentKilobytes(platform) - before;

    await eventually(() => clients.every(({ isClosed }) => isClosed), { within: 300_000 });
    const whole = clients.filter(({ gaps, hasEnd }) => gaps === 0 && hasEnd).length;
    const frames = clients.reduce((sum, client) => sum + client.frames, 0);
    print(`${frames} frames, ${whole} clients have all of theirs and the end`);
    return {
      fanout_connections: timesAtLeast({ value: whole, unit: 'gapless connections', limit: CONNECTIONS, target: 1 }),
      fanout_memory_each: atMost({ value: memory / CONNECTIONS, unit: 'KB', target: 20 }),
    };
  });
}

async function connected(address: string, path: string): Promise<WatchingClient[]> {
  const clients: WatchingClient[] = [];
  while (clients.length < CONNECTIONS) {
    const next = Array.from({ length: AT_ONCE }, () => WatchingClient.open(address, path, LAST_EVENT));
    clients.push(...(await Promise.all(next)));
    await eventually(() => clients.slice(-AT_ONCE).every(({ isWatching }) => isWatching), { within: 60_000 });
  }
  return clients;
}

/** The gateway's memory, shared pages by its share. */
function residentKilobytes({ processes }: Platform): number {
  const pid = processes.services['gateway']?.pid;
  const pss = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  if (pss === undefined) throw new Error('the memory of the gateway cannot be read');
  return Number(pss);
}
