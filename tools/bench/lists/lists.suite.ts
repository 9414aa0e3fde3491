import { createPool } from '@syntropic/postgres';
import { atMost, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { timesOf } from '../read/http-load';
import { percentile, summaryOf } from '../statistics';
import { storedExecution, storeExecutions } from './stored-executions';

const EXECUTIONS = 100_000;
/** Each page is asked for once, so that none is a kept one. */
const PAGES = 100;
const DETAILS = 300;
const TARGET_MS = 10;

/** Lists and details with 100,000 executions stored, none of which is cached. */
export function listsSuite(print: (line: string) => void): Promise<Figures> {
  return withPlatform(async (platform) => {
    const pool = createPool(platform.processes.servers.postgres.url, { max: 1 });
    try {
      await storeExecutions(pool, EXECUTIONS);
    } finally {
      await pool.end();
    }
    print(`${EXECUTIONS} executions are stored`);
    return measured(platform, print);
  });
}

async function measured(platform: Platform, print: (line: string) => void): Promise<Figures> {
  const worst: number[] = [];
  for (const [name, pathOf] of LISTS) {
    const times = await timesOf(
      { url: platform.address },
      Array.from({ length: PAGES }, (_, n) => pathOf(n / PAGES)),
    );
    print(`${name}: ${summaryOf(times)}`);
    worst.push(percentile(times, 0.95));
  }
  const details = Array.from({ length: DETAILS }, (_, n) => `/api/executions/${storedExecution(1 + n * 317)}`);
  const misses = await timesOf({ url: platform.address }, details);
  print(`details that are not cached: ${summaryOf(misses)}`);
  return {
    list_page_p95_100k: atMost({ value: Math.max(...worst), unit: 'ms', target: TARGET_MS }),
    detail_miss_p95_100k: atMost({ value: percentile(misses, 0.95), unit: 'ms', target: TARGET_MS }),
  };
}

/** Items behind which a page begins, for a share of all. */
const behind = (share: number, all = EXECUTIONS): number => Math.floor(share * (all - 50));
const pageAt = (share: number, all: number): number => 1 + Math.floor(share * (all / 50 - 1));

/** Lists by name, each with the address of the page at a share of its items. */
const LISTS: readonly (readonly [string, (share: number) => string])[] = [
  ['executions, page by page', (share) => `/api/executions?page=${pageAt(share, EXECUTIONS)}`],
  ['executions that completed', (share) => `/api/executions?status=completed&page=${pageAt(share, 0.6 * EXECUTIONS)}`],
  ['executions that failed', (share) => `/api/executions?status=failed&page=${pageAt(share, 0.2 * EXECUTIONS)}`],
  ['sessions', (share) => `/api/sessions?offset=${behind(share)}`],
  ['sessions by status', (share) => `/api/sessions?statuses=completed,failed&offset=${behind(share, 80_000)}`],
  ['sessions of a workflow', (share) => `/api/sessions?workflow_id=workflow-7&offset=${behind(share, 5_000)}`],
  [
    'sessions of a time',
    (share) => `/api/sessions?started_before=${new Date(Date.now() - share * EXECUTIONS * 1_000).toISOString()}`,
  ],
];
