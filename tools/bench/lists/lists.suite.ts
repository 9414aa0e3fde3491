import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { createPool } from '@syntropic/postgres';
import type { Pool } from 'pg';
import { atMost, stated, type Figure, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { timesOf } from '../read/http-load';
import { percentile, summaryOf } from '../statistics';
import { LISTS } from './list-addresses';
import { storeExecutions } from './stored-executions';
import { storeResources } from './stored-resources';

const SIZES = [10_000, 100_000];
/** Each page is asked for once, so that none is a kept one. */
const PAGES = 40;
const TARGET_MS = 10;
const BOUND_SIZE = 100_000;

/** Pages of all lists with their filters and orders, none of which is cached, beside reading 50 rows by an index. */
export async function listsSuite(print: (line: string) => void, size?: number): Promise<Figures> {
  const figures: Record<string, Figure> = {};
  for (const stored of size === undefined ? SIZES : [size]) {
    Object.assign(figures, await withPlatform((platform) => ofSize(platform, stored, print)));
  }
  return figures;
}

async function ofSize({ address, processes }: Platform, stored: number, print: (line: string) => void) {
  const pool = createPool(processes.servers.postgres.url, { max: 1 });
  try {
    await storeExecutions(pool, stored);
    await storeResources(pool, stored);
    print(`${stored} items of each list are stored`);

    const raw: number[] = [];
    const slowest: { list: string; ms: number }[] = [];
    for (const [list, addressOf] of LISTS) {
      const paths = Array.from({ length: PAGES }, (_, n) => addressOf(n / PAGES, stored));
      const times = await timesOf({ url: address }, paths);
      raw.push(...(await rawTimes(pool, stored)));
      slowest.push({ list, ms: percentile(times, 0.95) });
      print(`${list}: ${summaryOf(times)}`);
    }
    slowest.sort((a, b) => b.ms - a.ms);
    print(
      `slowest: ${slowest
        .slice(0, 5)
        .map(({ list, ms }) => `${list} ${ms.toFixed(0)} ms`)
        .join(', ')}`,
    );
    return figuresOf(stored, { p95: slowest[0]?.ms ?? NaN, raw: percentile(raw, 0.95), all: slowest });
  } finally {
    await pool.end();
  }
}

type Measured = Readonly<{ p95: number; raw: number; all: readonly Readonly<{ ms: number }>[] }>;

function figuresOf(stored: number, { p95, raw, all }: Measured): Figures {
  const name = `list_page_p95_${stored / 1_000}k`;
  const slowest = { value: p95, unit: 'ms', limit: raw };
  const withinTarget = all.filter(({ ms }) => ms <= TARGET_MS).length;
  return {
    // The target is that of 100,000 rows.
    [name]: stored <= BOUND_SIZE ? atMost({ ...slowest, target: TARGET_MS }) : stated(slowest),
    [`${name}_median_list`]: atMost({
      ...slowest,
      value: all[Math.floor(all.length / 2)]?.ms ?? NaN,
      target: TARGET_MS,
    }),
    [`lists_within_target_${stored / 1_000}k`]: stated({ value: withinTarget / all.length, unit: 'of all' }),
  };
}

/** The times of the raw way to a page: 50 rows behind a place, by the index of their order. */
async function rawTimes(pool: Pool, stored: number): Promise<readonly number[]> {
  const { table } = READ_MODELS.find(({ name }) => name === 'execution') ?? {};
  const times: number[] = [];
  for (let n = 0; n < PAGES / 4; n++) {
    const since = performance.now();
    await pool.query(
      `select * from ${table} where started_at < now() - interval '1 s' * $1::int order by started_at desc, execution_id desc limit 50`,
      [Math.floor((n * stored * 4) / PAGES)],
    );
    times.push(performance.now() - since);
  }
  return times;
}
