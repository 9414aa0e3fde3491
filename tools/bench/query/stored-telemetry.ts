import type { Pool } from 'pg';

const DAYS = 30;
export const EVENTS_A_SESSION = 1_000;

/** Row `i` of a session `n` of `$2` sessions, which are spread over the days; every fifth row has the same type. */
const ROWS = `
  from generate_series(0, $1::int - 1) n, generate_series(0, ${EVENTS_A_SESSION - 1}) i,
    lateral (select now() - (n + 1) * interval '${DAYS} days' / $2::int + i * interval '1 s' as time) at`;

const IDS = `md5(n || '-' || i)::uuid as event_id, 'exec-' || lpad(to_hex(n), 12, '0') as execution_id, 'session-' || n as session_id`;

const EVENTS = `
  insert into telemetry.events (time, event_id, execution_id, session_id, phase_id, type, sequence, data)
  select time, ids.event_id, ids.execution_id, ids.session_id, 'plan',
    (array['tool_execution_started', 'tool_execution_completed', 'token_usage', 'message_response', 'agent_output'])[1 + i % 5], i + 1,
    case i % 5
      when 0 then jsonb_build_object('tool_name', 'Tool' || i % 7, 'tool_use_id', 't' || i, 'input_preview', 'npm test')
      when 1 then jsonb_build_object('tool_name', 'Tool' || (i - 1) % 7, 'tool_use_id', 't' || i, 'success', i % 50 > 1, 'duration_ms', 1 + n * i % 5000)
      when 2 then jsonb_build_object('model', 'model-' || n % 3, 'input_tokens', 100, 'output_tokens', 20, 'cache_creation_tokens', 3,
        'cache_read_tokens', 4, 'cost_usd', '0.01')
      else jsonb_build_object('text', 'the agent reads file' || i || ' of module' || n % 100 || ' and says word' || n * i % 9973)
    end
  ${ROWS}, lateral (select ${IDS}) ids where n >= $3::int`;

const FACTS = `
  insert into telemetry.usage
    select time, event_id, session_id, execution_id, phase_id, leg, source, model, results_before, input, output, creation, creation_1h, read,
      searches, cost, price_table, true
    from telemetry.events, telemetry.usage_of(type, data);
  insert into telemetry.tool_calls
    select time, event_id, session_id, execution_id, phase_id, tool, outcome, duration_ms, latency_class
    from telemetry.events, telemetry.tool_call_of(type, data);
  insert into telemetry.texts
    select time, event_id, session_id, execution_id, to_tsvector('pg_catalog.simple', telemetry.text_of(type, data))
    from telemetry.events where telemetry.text_of(type, data) is not null;
  insert into telemetry.sequences (execution_id, last, first_at, last_at)
    select execution_id, max(sequence), min(time), max(time) from telemetry.events group by 1;
  insert into telemetry.session_totals
    select session_id, min(execution_id), min(phase_id), count(*), count(*) filter (where type = 'tool_execution_started'), 0, 0, min(time), max(time)
    from telemetry.events group by 1;
  insert into telemetry.session_legs (session_id, leg, conversed, answers) select session_id, 1, true, 1 from telemetry.session_totals;
  insert into telemetry.session_models
    (session_id, leg, model, estimated, results_before, input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens, cost_usd)
    select session_id, leg, model, true, 0, sum(input_tokens), sum(output_tokens), sum(cache_creation_tokens), sum(cache_read_tokens), sum(cost_usd)
    from telemetry.usage group by 1, 2, 3`;

const PARTITIONS = `
  select telemetry.create_partition(t.name, t.name, t.unit, date_trunc(t.unit, now() - day * interval '1 day', 'UTC'))
  from telemetry.time_tables() t, generate_series(0, ${DAYS + 1}) day order by day`;

/** Sessions whose rows one statement makes, so that memory does not grow. */
const BATCH = 200;

/** Fills the tables of telemetry as if collectors had stored it. */
export async function storeTelemetry(pool: Pool, sessions: number): Promise<void> {
  await pool.query(PARTITIONS);
  for (let from = 0; from < sessions; from += BATCH) {
    await pool.query(EVENTS, [Math.min(from + BATCH, sessions), sessions, from]);
  }
  await pool.query(FACTS);
  // As autovacuum does for tables that have grown.
  await pool.query(`
    vacuum (analyze) telemetry.events, telemetry.texts, telemetry.usage, telemetry.tool_calls, telemetry.session_totals,
      telemetry.usage_by_day, telemetry.tool_calls_by_day, telemetry.tool_sums_by_day`);
}
