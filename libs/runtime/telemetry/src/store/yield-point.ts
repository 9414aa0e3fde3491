import { addModelUsage, type ModelUsage } from '@syntropic/kernel';
import type { Pool } from 'pg';
import { spanOfSessions, within, type Span } from './span';

/** An operation of a session at which its conversation may be left. */
export type YieldPoint = Readonly<{
  /** The agent's own id of the conversation's entry. */
  entryId: string;
  /** What the session's calls had used by then. */
  used: ModelUsage & Readonly<{ costComplete: boolean }>;
}>;

/** Why a conversation cannot be left at an operation. */
export type NoYieldPoint = 'unknown' | 'no_entry' | 'tool_runs';

/** The yield point of an operation: the agent has said something, or its last tool has ended. */
export async function yieldPointAt(pool: Pool, sessionId: string, eventId: string): Promise<YieldPoint | NoYieldPoint> {
  const span = await spanOfSessions(pool, [sessionId]);
  if (!span) return 'unknown';
  const { rows } = await pool.query<PointRow>(pointAt(span), [sessionId, eventId]);
  const [point] = rows;
  if (!point) return 'unknown';
  if (point.entryId === null) return 'no_entry';
  if (point.openTools > 0) return 'tool_runs';
  const used = point.calls.map(({ isComplete: _, ...call }) => call).reduce(addModelUsage, NOTHING);
  const costComplete = used.costUsd !== null && point.calls.every(({ isComplete }) => isComplete);
  return { entryId: point.entryId, used: { ...used, costComplete } };
}

type PointRow = Readonly<{
  entryId: string | null;
  openTools: number;
  /** The calls until then, added up by model and by whether their counts are complete. */
  calls: readonly (ModelUsage & { isComplete: boolean })[];
}>;

const NOTHING: ModelUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheCreationTokens: 0,
  cacheReadTokens: 0,
  costUsd: '0',
};

/** A call is recorded when its answer has ended, which may be after the answer's first words: it is found by the message, too. */
const pointAt = (span: Span): string => `
  with point as (
    select sequence, data->>'entry_id' as entry_id, data->>'message_id' as message_id
      from telemetry.events where session_id = $1 and event_id::text = $2
       and ${within(span)}
  ), tools as (
    select count(*) filter (where type = 'tool_execution_started') - count(*) filter (where type = 'tool_execution_completed') as open
      from telemetry.events e, point
     where session_id = $1 and e.${within(span)} and e.sequence <= point.sequence and e.data->>'parent_tool_use_id' is null
       and type in ('tool_execution_started', 'tool_execution_completed')
  ), calls as (
    select (e.data->>'complete')::boolean as complete,
           sum((e.data->>'input_tokens')::numeric) as input, sum((e.data->>'output_tokens')::numeric) as output,
           sum((e.data->>'cache_creation_tokens')::numeric) as written, sum((e.data->>'cache_read_tokens')::numeric) as read,
           case when bool_and(e.data->>'cost_usd' is not null) then sum((e.data->>'cost_usd')::numeric) end as cost
      from telemetry.events e, point
     where session_id = $1 and e.${within(span)} and type = 'model_call'
       and (e.sequence <= point.sequence or e.data->>'message_id' = point.message_id)
     group by 1
  )
  select point.entry_id as "entryId", tools.open::int as "openTools", (
    select coalesce(json_agg(json_build_object(
      'isComplete', complete, 'inputTokens', input, 'outputTokens', output, 'cacheCreationTokens', written,
      'cacheReadTokens', read, 'costUsd', trim_scale(cost)::text)), '[]') from calls
  ) as calls
    from point, tools`;
