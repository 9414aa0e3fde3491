import { createPool } from '@syntropic/postgres';
import { eventually } from '@syntropic/testing';
import Redis from 'ioredis';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atMost, timesAtLeast, type Figures } from '../figure';
import { storedExecution, storeExecutions } from '../lists/stored-executions';
import { SIMULATED } from '../pipeline/workflows';
import { withPlatform, type Platform } from '../platform';
import { medianRound, percentile, summaryOf } from '../statistics';
import { requestsPerSecond, timesOf } from './http-load';

/** A page of the list. */
const EXECUTIONS = 50;
const ROUNDS = 5;
const CONNECTIONS = 32;
const MEASURED_MS = 2_000;
const SINGLE_REQUESTS = 2_000;
const KEY = 'bench:raw';
const STORED = 100_000;
const MISSES = 300;

type Rate = Readonly<{ value: number; limit: number }>;

/**
 * Hot reads of ended executions, beside a Nest route on Fastify that does one ioredis GET of the same bytes; then reads of
 * executions that the cache does not have, of `size` that are stored.
 */
export function readSuite(print: (line: string) => void, size = STORED): Promise<Figures> {
  return withPlatform(async (platform) => {
    const executions = await ended(platform, print);
    const detail = `/api/executions/${executions[0] ?? ''}`;
    await timesOf({ url: platform.address }, Array<string>(SINGLE_REQUESTS).fill(detail));
    const times = await timesOf({ url: platform.address }, Array<string>(SINGLE_REQUESTS).fill(detail));
    print(`detail, one at a time: ${summaryOf(times)}`);

    const [ofDetail, ofList] = [
      await beside(platform, detail, print),
      await beside(platform, '/api/executions', print),
    ];
    const misses = await missTimes(platform, size);
    print(`details that are not cached, of ${size} stored: ${summaryOf(misses)}`);
    return {
      detail_p50: atMost({ value: percentile(times, 0.5), unit: 'ms', target: 1 }),
      detail_ratio: timesAtLeast({ ...ofDetail, unit: 'requests/s', target: 0.75 }),
      list_ratio: timesAtLeast({ ...ofList, unit: 'requests/s', target: 0.75 }),
      detail_miss: atMost({ value: percentile(misses, 0.95), unit: 'ms', target: 10 }),
    };
  });
}

async function missTimes({ address, processes }: Platform, size: number): Promise<readonly number[]> {
  const pool = createPool(processes.servers.postgres.url, { max: 1 });
  try {
    await storeExecutions(pool, size);
  } finally {
    await pool.end();
  }
  const numbers = Array.from({ length: MISSES }, (_, n) => 1 + Math.floor((n * size) / MISSES));
  return timesOf(
    { url: address },
    numbers.map((n) => `/api/executions/${storedExecution(n)}`),
  );
}

async function ended(platform: Platform, print: (line: string) => void): Promise<readonly string[]> {
  await platform.createWorkflow(SIMULATED.yaml);
  const executions: string[] = [];
  while (executions.length < EXECUTIONS) executions.push(await platform.execute(SIMULATED.workflowId));
  await eventually(
    async () => {
      const list = await (await platform.api.request('/api/executions?status=completed&page_size=1')).json();
      return (list as { total: number }).total === EXECUTIONS;
    },
    { within: 300_000 },
  );
  print(`${executions.length} executions of ${SIMULATED.phases} phases have ended`);
  return executions;
}

/** The rate of a path and that of the raw route, in rounds one after the other. */
async function beside({ address, processes }: Platform, path: string, print: (line: string) => void): Promise<Rate> {
  const redisUrl = processes.servers.redis.url;
  const bytes = await (await fetch(`${address}${path}`)).text();
  const redis = new Redis(redisUrl);
  await redis.set(KEY, bytes);
  redis.disconnect();

  const raw = fork(join(__dirname, 'raw-route.js'), [redisUrl, KEY], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  try {
    const [port] = (await once(raw, 'message')) as [number];
    const load = { connections: CONNECTIONS, forMs: MEASURED_MS };
    const rounds: Rate[] = [];
    while (rounds.length < ROUNDS) {
      const limit = await requestsPerSecond({ url: `http://127.0.0.1:${port}`, path: '/raw' }, load);
      const value = await requestsPerSecond({ url: address, path }, load);
      print(`${path}, ${bytes.length} bytes: ${value.toFixed(0)} requests/s, raw route ${limit.toFixed(0)}`);
      rounds.push({ value, limit });
    }
    return medianRound(rounds, ({ value, limit }) => value / limit);
  } finally {
    raw.kill();
  }
}
