import { env } from '@syntropic/config';
import { migrate } from '@syntropic/migrations';
import { createPool } from '@syntropic/postgres';
import { EventLists, RollUps, TelemetryReader, TextSearch } from '@syntropic/telemetry';
import type { Pool } from 'pg';
import { z } from 'zod';
import { atMost, stated, type Figures } from '../figure';
import { withPostgres } from '../private-servers';
import { percentile, summaryOf } from '../statistics';
import { EVENTS_A_SESSION, storeTelemetry } from './stored-telemetry';

const Settings = z.object({ BENCH_TELEMETRY_ROWS: z.coerce.number().int().min(100_000).default(2_000_000) });

const TIMES = 100;
const DETAIL_MS = 15;
const ROLL_UP_MS = 30;
const SEARCH_MS = 300;

type Print = (line: string) => void;
type Measured = Readonly<{ pool: Pool; sessions: number; print: Print }>;

/** Reads of telemetry with two million rows stored; `BENCH_TELEMETRY_ROWS` is another number of them. */
export function querySuite(print: Print): Promise<Figures> {
  const sessions = Math.floor(env(Settings).BENCH_TELEMETRY_ROWS / EVENTS_A_SESSION);
  return withPostgres(async (url) => {
    await migrate(url);
    const pool = createPool(url, { max: 1 });
    try {
      await storeTelemetry(pool, sessions);
      print(`${sessions * EVENTS_A_SESSION} events of ${sessions} sessions are stored`);
      return await figuresOf({ pool, sessions, print });
    } finally {
      await pool.end();
    }
  });
}

async function figuresOf(measured: Measured): Promise<Figures> {
  const { pool, sessions } = measured;
  const [lists, reader, rollUps, search] = [
    new EventLists(pool),
    new TelemetryReader(pool),
    new RollUps(pool),
    new TextSearch(pool),
  ];
  const month = { from: new Date(Date.now() - 31 * 86_400_000).toISOString(), to: new Date().toISOString() };
  const session = (n: number) => `session-${(n * 17) % sessions}`;
  const execution = (n: number) => `exec-${((n * 17) % sessions).toString(16).padStart(12, '0')}`;

  const timeline = await p95(measured, 'a page of a session’s timeline', (n) =>
    lists.page({ sessionId: session(n), order: 'oldest_first', limit: 100, maxBytes: 4e6 }),
  );
  const cost = await p95(measured, 'the cost of an execution', (n) => reader.executionTotals(execution(n)));
  const usage = await p95(measured, 'usage of a month by day and model', () =>
    rollUps.usage({ ...month, unit: 'day', by: ['time', 'model'] }),
  );
  const tools = await p95(measured, 'tools of a month with percentiles', () =>
    rollUps.tools({ ...month, unit: 'day' }),
  );
  const frequent = await p95(measured, 'a search for a frequent word', (n) =>
    search.find({ words: `module${n}`, limit: 50 }),
  );
  const rare = await p95(measured, 'a search for a rare word', (n) =>
    search.find({ words: `word${n * 31} file${n}`, limit: 50 }),
  );
  return {
    timeline_p95: atMost({ value: timeline, unit: 'ms', target: DETAIL_MS }),
    cost_p95: atMost({ value: cost, unit: 'ms', target: DETAIL_MS }),
    rollup_p95: atMost({ value: Math.max(usage, tools), unit: 'ms', target: ROLL_UP_MS }),
    search_p95: atMost({ value: Math.max(frequent, rare), unit: 'ms', target: SEARCH_MS }),
    stored_rows: stated({ value: sessions * EVENTS_A_SESSION, unit: 'rows' }),
  };
}

async function p95({ print }: Measured, name: string, ask: (n: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    const since = performance.now();
    await ask(n);
    times.push(performance.now() - since);
  }
  print(`${name}: ${summaryOf(times)}`);
  return percentile(times, 0.95);
}
