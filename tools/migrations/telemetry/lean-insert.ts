import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const INSERT_FACTS = readFileSync(join(__dirname, 'insert-facts.sql'), 'utf8');

/** Text with the part from one phrase up to another replaced. @throws for a phrase that is not there */
function replaced(text: string, [from, to]: readonly [string, string], by: string): string {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`there is nothing from ${from} to ${to}`);
  return text.slice(0, start) + by + text.slice(end);
}

/** The keys of all locks are read in one pass. */
const KEYS = `select coalesce(array_agg(distinct execution_id) filter (where execution_id is not null), '{}'),
    coalesce(array_agg(distinct hashtext(session_id)) filter (where execution_id is null), '{}'),
    coalesce(array_agg(distinct session_id) filter (where type in ('session_summary', 'model_call')), '{}')
  into executions, outside, accounted
  from jsonb_to_recordset(events) as e (execution_id text, session_id text, type text);

  insert into telemetry.sequences (execution_id) select unnest(executions) order by 1 on conflict do nothing;
  perform from telemetry.sequences where execution_id = any (executions) order by execution_id for update;
  perform pg_advisory_xact_lock(4004, lock) from (select unnest(outside) as lock order by 1) sessions;

  `;

/** Materialized, so that the words of a text are found once, not again for the condition. */
const TEXTS = `said as materialized (
    select time, id, session_id, execution_id, to_tsvector('pg_catalog.simple', telemetry.text_of(type, data)) as words
    from numbered
  ),
  texts as (
    insert into telemetry.texts select * from said where words <> ''
  ),
  `;

const EDITS: readonly Readonly<{ part: readonly [string, string]; by: string }>[] = [
  { part: ['accounted text[];', 'begin'], by: 'accounted text[];\n  executions text[];\n  outside int[];\n' },
  { part: ['insert into telemetry.sequences', 'insert into telemetry.session_leases'], by: KEYS },
  { part: ['texts as (', 'totals as ('], by: TEXTS },
  { part: ['accounted := array(', "if accounted <> '{}'"], by: '' },
];

/** The insert of telemetry, which reads the events twice: for the keys of its locks, and for the rows. */
export const LEAN_INSERT = EDITS.reduce((text, { part, by }) => replaced(text, part, by), INSERT_FACTS);

/** Without a function that depends on settings, such as `concat_ws`, calls are expanded in place instead of made for each event. */
export const INLINED_TEXT_OF = `
  create or replace function telemetry.text_of(type text, data jsonb) returns text
  language sql immutable as $$
    select left(case
      when type in ('message_response', 'thinking', 'agent_output', 'setup_output') then data ->> 'text'
      when type = 'user_prompt_submitted' then data ->> 'prompt_preview'
      when type = 'tool_execution_started'
        then coalesce((data ->> 'tool_name') || ' ' || (data ->> 'input_preview'), data ->> 'tool_name', data ->> 'input_preview')
      when type = 'tool_execution_completed' then data ->> 'output_preview'
      when type in ('tool_execution_failed', 'session_error', 'error') then coalesce(data ->> 'error', data ->> 'message')
    end, 16384)
  $$`;
