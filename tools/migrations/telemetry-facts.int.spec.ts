import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { TelemetryFacts } from './20261126T1815-telemetry-facts';
import { ToolSums } from './20261126T2200-tool-sums';
import { PlannedRollUps } from './20261126T2240-planned-roll-ups';
import { Retention } from './20261126T2205-retention';
import { loadHistory } from './history';
import { migrate } from './migrate';

const server = useDatabase();
const NAME = `facts_${process.pid}`;

afterEach(() => server.pool.query(`drop database if exists ${NAME} with (force)`));

const event = (type: string, data: object) => ({
  batch: 0,
  id: randomUUID(),
  type,
  time: new Date().toISOString(),
  session_id: 'a-session',
  execution_id: 'exec-000000000001',
  phase_id: 'plan',
  data,
});
const tokens = (input_tokens: number) => ({
  input_tokens,
  output_tokens: 1,
  cache_creation_tokens: 1,
  cache_read_tokens: 1,
  cost_usd: '0.5',
});
const EVENTS = [
  event('token_usage', { model: 'm', ...tokens(5) }),
  event('session_summary', { leg: 1, model_usage: { m: tokens(7) } }),
  event('tool_execution_started', { tool_name: 'Bash', tool_use_id: 't', input_preview: 'make the tests pass' }),
];

it('finds the facts in events that earlier builds have stored, and its way back', async () => {
  await server.pool.query(`create database ${NAME}`);
  const url = new URL(server.url);
  url.pathname = NAME;
  const history = await loadHistory();
  await migrate(
    url.href,
    history.slice(
      0,
      history.findIndex((known) => new known().name === new TelemetryFacts().name),
    ),
  );
  const pool = createPool(url.href);
  const insert = (events: readonly object[]) =>
    pool.query('select * from telemetry.insert_batches($1, $2)', ['[]', JSON.stringify(events)]);
  try {
    await insert(EVENTS);
    await migrate(url.href);

    const usage = await pool.query('select model, calls::int, input_tokens::int from telemetry.usage_by_day');
    expect(usage.rows).toEqual([{ model: 'm', calls: 1, input_tokens: 7 }]);
    const tools = await pool.query('select tool, started::int from telemetry.tool_calls_by_minute');
    expect(tools.rows).toEqual([{ tool: 'Bash', started: 1 }]);
    const sums = await pool.query('select tool, started::int from telemetry.tool_sums_by_day');
    expect(sums.rows).toEqual([{ tool: 'Bash', started: 1 }]);
    const found = await pool.query(`select from telemetry.texts where words @@ plainto_tsquery('simple', 'tests')`);
    expect(found.rowCount).toBe(1);
    const span = await pool.query('select first_at <= last_at as is_span from telemetry.sequences');
    expect(span.rows).toEqual([{ is_span: true }]);

    const database = new DataSource({ type: 'postgres', url: url.href });
    await database.initialize();
    await new PlannedRollUps().down(database.createQueryRunner());
    await insert([event('tool_execution_started', { tool_name: 'Bash', tool_use_id: 'u' })]);
    const added = await pool.query('select tool, started::int from telemetry.tool_calls_by_hour');
    expect(added.rows).toEqual([{ tool: 'Bash', started: 2 }]);

    for (const migration of [new Retention(), new ToolSums(), new TelemetryFacts()])
      await migration.down(database.createQueryRunner());
    await database.destroy();
    await insert([event('token_usage', { model: 'm', ...tokens(5) })]);
    await pool.query('select telemetry.maintain()');
    await expect(pool.query('select from telemetry.events')).resolves.toMatchObject({ rowCount: 5 });
  } finally {
    await pool.end();
  }
});
