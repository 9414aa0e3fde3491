import { useTimescale } from '@syntropic/testing';
import { anEvent } from '../testing/events';
import { layoutOf } from './layout';
import { moveStore } from './move-store';
import { PostgresTelemetryStore } from './postgres-telemetry-store';

const database = useTimescale();

const DAY = 86_400_000;
const atDay = (ago: number) => new Date(Date.now() - ago * DAY).toISOString();
const used = {
  model: 'm',
  input_tokens: 1,
  output_tokens: 2,
  cache_creation_tokens: 3,
  cache_read_tokens: 4,
  cost_usd: '0.5',
};

const insert = (days: number) =>
  new PostgresTelemetryStore(database.pool).insert([
    {
      events: [
        anEvent({ time: atDay(days) }),
        anEvent({ type: 'token_usage', time: atDay(days), data: used }),
        anEvent({ type: 'tool_execution_completed', time: atDay(days), data: { tool_name: 'Bash', duration_ms: 50 } }),
      ],
    },
  ]);

const TABLES = [
  ...['events', 'texts', 'usage', 'tool_calls', 'usage_by_minute', 'usage_by_hour', 'usage_by_day'],
  ...['tool_calls_by_minute', 'tool_calls_by_hour', 'tool_calls_by_day', 'tool_sums_by_hour', 'tool_sums_by_day'],
];

/** All rows of all tables; numbers and nulls of sums are compared as text. */
async function contents() {
  const found: Record<string, readonly string[]> = {};
  for (const table of TABLES) {
    const { rows } = await database.pool.query<{ row: string }>(
      `select (to_jsonb(t) - '{execution_id, writer}'::text[])::text as row from telemetry.${table} t order by 1`,
    );
    found[table] = rows.map(({ row }) => row);
  }
  return found;
}

const indexes = async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select indexname as name from pg_indexes where schemaname = 'telemetry'
     and tablename in ('events', 'texts', 'usage', 'tool_calls') order by 1`,
  );
  return rows.map(({ name }) => name);
};

it('moves to native partitions and back without losing a row, an index or a sum', async () => {
  const lines: string[] = [];
  const move = (target: 'native' | 'timescale') => moveStore(database.pool, target, (line) => lines.push(line));
  await insert(6);
  await insert(0);
  // Of a closed day: no event of it can arrive any more.
  await database.pool.query(
    `insert into telemetry.events select time - interval '30 days', received_at, gen_random_uuid(), execution_id, session_id, phase_id, type, 0, data
     from telemetry.events where type = 'agent_output' limit 1`,
  );
  const [before, named] = [await contents(), await indexes()];

  await expect(move('native')).resolves.toBe(true);
  await expect(layoutOf(database.pool)).resolves.toBe('native');
  await expect(move('native')).resolves.toBe(false);
  await expect(contents()).resolves.toEqual(before);
  await expect(indexes()).resolves.toEqual(named);
  expect(lines).toContainEqual(expect.stringMatching(/^events of \d{4}-\d\d-\d\d: 1 rows$/));

  await insert(1);
  const meanwhile = await contents();
  await expect(move('timescale')).resolves.toBe(true);
  await expect(layoutOf(database.pool)).resolves.toBe('timescale');
  await expect(contents()).resolves.toEqual(meanwhile);
  await expect(indexes()).resolves.toEqual(named);

  await insert(2);
  await new PostgresTelemetryStore(database.pool).maintain();
  expect((await contents())['events']).toHaveLength(13);
});
