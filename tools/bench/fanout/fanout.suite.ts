import { eventually } from '@syntropic/testing';
import { atMost, timesAtLeast, type Figures } from '../figure';
import { TIMESTAMPED, timestampedWorkflow } from '../live/timestamped-workflow';
import { withPlatform, type Platform } from '../platform';
import { residentMegabytes } from '../process-family';
import { WatchingClient } from './watching-client';

const CONNECTIONS = 5_000;
/** Clients that connect at the same time. */
const AT_ONCE = 50;
/** More than the agent prints before the end. */
const LINES = 100_000;
const PAUSE_MS = { from: 900, below: 1_100 };
/** Frames that each client receives while all watch. */
const WATCHED_FRAMES = 20;
const LAST_EVENT = 'ExecutionCancelled';

/** Many clients that watch one execution through one gateway, and come while its agent works. */
export async function fanoutSuite(print: (line: string) => void): Promise<Figures> {
  return withPlatform(async (platform) => {
    await platform.createWorkflow(timestampedWorkflow(LINES, PAUSE_MS));
    const executionId = await platform.execute(TIMESTAMPED);
    const before = await gatewayMegabytes(platform);
    const since = performance.now();
    const clients = await connected(platform.address, `/api/executions/${executionId}/stream`);
    print(`${clients.length} clients watch after ${((performance.now() - since) / 1_000).toFixed(1)} s`);

    const last = clients.at(-1);
    await eventually(() => (last?.frames ?? 0) > WATCHED_FRAMES, { within: 120_000 });
    const kilobytesEach = (((await gatewayMegabytes(platform)) - before) * 1_000) / CONNECTIONS;
    await platform.api.post(`/api/executions/${executionId}/cancel`, 'application/json', '{}');
    await eventually(() => clients.every(({ isClosed }) => isClosed), { within: 120_000 });
    const whole = clients.filter(({ gaps, hasEnd }) => gaps === 0 && hasEnd).length;
    const frames = clients.reduce((sum, client) => sum + client.frames, 0);
    print(`${frames} frames, ${whole} clients have all of theirs and the end`);
    return {
      fanout_connections: timesAtLeast({ value: whole, unit: 'gapless connections', limit: CONNECTIONS, target: 1 }),
      fanout_memory_each: atMost({ value: kilobytesEach, unit: 'KB', target: 20 }),
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
async function gatewayMegabytes({ processes }: Platform): Promise<number> {
  const pid = processes.services['gateway']?.pid;
  if (pid === undefined) throw new Error('there is no gateway');
  return residentMegabytes([pid]);
}
