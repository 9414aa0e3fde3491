import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { NO_USAGE } from '@syntropic/kernel';

import type { Pool } from 'pg';

const tableOf = (name: string): string => READ_MODELS.find((model) => model.name === name)?.table ?? name;
const [EXECUTION, SESSION_TABLE] = [tableOf('execution'), tableOf('session')];

const STATUSES = `(array['completed', 'completed', 'completed', 'failed', 'cancelled'])[1 + n % 5]`;
const SESSION = `md5('session' || n)::uuid::text`;
const STARTED = `now() - interval '1 s' * (n + 100)`;

const used = JSON.stringify({
  ...NO_USAGE,
  byModel: {
    m: { inputTokens: 100, outputTokens: 20, cacheCreationTokens: 3, cacheReadTokens: 4, costUsd: '0.01' },
  },
  costUsd: '0.01',
  toolCalls: 1,
});

const usage = `100 as input_tokens, 20 as output_tokens, 3 as cache_creation_tokens, 4 as cache_read_tokens,
  127 as total_tokens, 0.01 as cost_usd, true as cost_complete, 1 as tool_call_count`;

const insert = (table: string, columns: string): string => `
  insert into ${table} select row.* from (
    select 0 as position, ${columns} from generate_series(1, $1::int) n) made,
  lateral jsonb_populate_record(null::${table}, to_jsonb(made)) row`;

const EXECUTIONS = insert(
  EXECUTION,
  `'exec-' || lpad(to_hex(n), 12, '0') as execution_id, 'workflow-' || n % 20 as workflow_id, 'A workflow' as workflow_name,
   ${STATUSES} as status, ${STARTED} as started_at, ${STARTED} + interval '50 s' as completed_at,
   1 as completed_phases, 1 as total_phases, ${usage}, 0 as taken_over_phases, 0 as taken_over_tokens,
   0 as taken_over_cost_usd, true as taken_over_cost_complete,
   jsonb_build_object('inputs', '{}'::jsonb, 'task', 'Review the change.', 'repos', '["acme/api"]'::jsonb,
     'usage', $2::jsonb, 'unaccounted', '[]'::jsonb, 'automaticRetries', 0, 'controls', '[]'::jsonb, 'messages', 0,
     'phases', jsonb_build_array(jsonb_build_object('phaseId', 'plan', 'name', 'Plan', 'order', 1, 'status', 'completed',
       'attempt', 1, 'provider', 'simulated', 'sessionId', ${SESSION}, 'artifactIds', '[]'::jsonb, 'usage', $2::jsonb,
       'startedAt', null, 'completedAt', null, 'errorMessage', null, 'model', 'm'))) as detail`,
);

const SESSIONS = insert(
  SESSION_TABLE,
  `${SESSION} as session_id, 'exec-' || lpad(to_hex(n), 12, '0') as execution_id, 'workflow-' || n % 20 as workflow_id,
   'plan' as phase_id, case ${STATUSES} when 'cancelled' then 'cancelled' else 'completed' end as status,
   'simulated' as provider, 'm' as model, ${usage}, ${STARTED} as started_at, ${STARTED} + interval '50 s' as completed_at,
   jsonb_build_object('repos', '["acme/api"]'::jsonb, 'usage', $2::jsonb, 'telemetryEvents', 2) as detail`,
);

const EVENTS = `
  insert into telemetry.events (time, event_id, execution_id, session_id, phase_id, type, sequence, data)
  select ${STARTED} + interval '1 s' * moment, gen_random_uuid(), 'exec-' || lpad(to_hex(n), 12, '0'), ${SESSION}, 'plan',
    case moment when 1 then 'tool_execution_started' else 'tool_execution_completed' end, moment,
    jsonb_build_object('tool_name', 'Bash', 'tool_use_id', 't', 'success', true)
  from generate_series(1, $1::int) n, generate_series(1, 2) moment`;

const TOTALS = `
  insert into telemetry.session_totals (session_id, execution_id, phase_id, events, tool_calls, failed_tools, subagents, first_at, last_at)
  select ${SESSION}, 'exec-' || lpad(to_hex(n), 12, '0'), 'plan', 2, 1, 0, 0, ${STARTED} + interval '1 s', ${STARTED} + interval '2 s'
  from generate_series(1, $1::int) n`;

/** Fills the read models and the telemetry with executions that have ended, as if the log had led there. */
export async function storeExecutions(pool: Pool, count: number): Promise<void> {
  await pool.query(EXECUTIONS, [count, used]);
  await pool.query(SESSIONS, [count, used]);
  await pool.query(EVENTS, [count]);
  await pool.query(TOTALS, [count]);
  // As autovacuum does for tables that have grown.
  await pool.query(`vacuum (analyze) ${EXECUTION}, ${SESSION_TABLE}, telemetry.events, telemetry.session_totals`);
}

/** The id of one of them, from 1. */
export const storedExecution = (n: number): string => `exec-${n.toString(16).padStart(12, '0')}`;
