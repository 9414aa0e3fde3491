import { addUsd, MAX_COUNT, type Usd } from '@syntropic/kernel';
import type { Pool } from 'pg';
import { literals } from './event-row';
import { spanOfSessions, within, type Span } from './span';

/** The calls of one tool in a session. */
export type ToolFigures = Readonly<{
  tool: string;
  /** Calls that have started, or those that have ended where fewer starts are reported. */
  calls: number;
  succeeded: number;
  failed: number;
  /** Milliseconds of the ended calls together. */
  durationMs: number;
}>;

/** The known cost of a session, and the tokens of all its models. */
export type SessionAccount = Readonly<{ sessionId: string; costUsd: Usd; tokens: number }>;

/** The part of one tool in what sessions have used. */
export type ToolShare = Readonly<{ tool: string; costUsd: Usd; tokens: number }>;

/** The most tools of one answer. */
const MOST_TOOLS = 1_000;

/** Postgres finds these through an index that has no other types: the list is a part of its definition. */
export const TOOL_TYPES = [
  'tool_execution_started',
  'tool_execution_completed',
  'tool_execution_failed',
  'tool_blocked',
] as const;

const NAME = `left(coalesce(data ->> 'tool_name', 'unknown'), 200)`;

const figures = (span: Span): string => `
  select tool, greatest(started, succeeded + failed)::int as calls, succeeded, failed,
    least(duration, ${MAX_COUNT})::float8 as "durationMs"
  from (
    select ${NAME} as tool,
      count(*) filter (where type = 'tool_execution_started')::int as started,
      count(*) filter (where type = 'tool_execution_completed' and data ->> 'success' is distinct from 'false')::int as succeeded,
      count(*) filter (where type = 'tool_execution_failed' or (type = 'tool_execution_completed' and data ->> 'success' = 'false'))::int as failed,
      coalesce(sum((data ->> 'duration_ms')::numeric) filter (where jsonb_typeof(data -> 'duration_ms') = 'number'), 0) as duration
    from telemetry.events
    where session_id = $1 and type in (${literals(TOOL_TYPES)}) and ${within(span)} group by 1
  ) counted
  where started + succeeded + failed > 0
  order by calls desc, tool limit ${MOST_TOOLS}`;

/** A model call and the tools that follow it in its thread are one step. A correction of a call belongs to the step of the call. */
const shares = (span: Span): string => `
  with told as (
    select session_id, type, data, coalesce(data ->> 'parent_tool_use_id', '') as thread,
      count(*) filter (where type = 'token_usage' and not data ? 'added') over (
        partition by session_id, coalesce(data ->> 'parent_tool_use_id', '')
        order by sequence, time, event_id) as step
    from telemetry.events
    where session_id = any ($1) and type in (${literals(['token_usage', 'tool_execution_started'])})
      and ${within(span)}
  ),
  used as (
    select session_id, thread, step,
      coalesce(sum((figures ->> 'cost_usd')::numeric), 0) as cost,
      coalesce(sum((figures ->> 'input_tokens')::numeric + (figures ->> 'output_tokens')::numeric
        + (figures ->> 'cache_creation_tokens')::numeric + (figures ->> 'cache_read_tokens')::numeric), 0) as tokens
    from (select *, coalesce(data -> 'added', data) as figures from told where type = 'token_usage') calls
    where figures ?& array['input_tokens', 'output_tokens', 'cache_creation_tokens', 'cache_read_tokens']
    group by 1, 2, 3
  ),
  sums as (select session_id, sum(cost) as cost, sum(tokens) as tokens from used group by 1),
  ordered as (
    select session_id, thread, step, ${NAME} as tool, count(*) as calls,
      sum(count(*)) over (partition by session_id, thread, step) as together
    from told where type = 'tool_execution_started' group by 1, 2, 3, 4
  ),
  account as (
    select * from unnest($1::text[], $2::numeric[], $3::numeric[]) as a (session_id, account_cost, account_tokens)
  )
  select tool,
    round(sum(account_cost * calls / together * coalesce(
      used.cost / nullif(sums.cost, 0), used.tokens / nullif(sums.tokens, 0), 0)), 9)::text as cost,
    least(round(sum(account_tokens * calls / together * coalesce(used.tokens / nullif(sums.tokens, 0), 0))), ${MAX_COUNT})::float8 as tokens
  from ordered join used using (session_id, thread, step) join sums using (session_id) join account using (session_id)
  group by tool order by sum(account_cost * calls / together * used.tokens) desc, tool limit ${MOST_TOOLS}`;

/** Sums over the tools of sessions, which Postgres adds up. */
export class ToolReader {
  constructor(private readonly pool: Pool) {}

  /** The tools of a session, the most used first. */
  async figuresOf(sessionId: string): Promise<readonly ToolFigures[]> {
    const span = await spanOfSessions(this.pool, [sessionId]);
    if (!span) return [];
    const { rows } = await this.pool.query<ToolFigures>(figures(span), [sessionId]);
    return rows;
  }

  /**
   * Divides what sessions have used among their tools. The cost of a session is divided by the estimates of its model calls,
   * the part of a call equally among the tool calls that it ordered. Calls that ordered none are of no tool, so the parts may be less than the whole.
   */
  async sharesOf(accounts: readonly SessionAccount[]): Promise<readonly ToolShare[]> {
    const sessionIds = accounts.map(({ sessionId }) => sessionId);
    const span = sessionIds.length > 0 && (await spanOfSessions(this.pool, sessionIds));
    if (!span) return [];
    const { rows } = await this.pool.query<{ tool: string; cost: Usd; tokens: number }>(shares(span), [
      sessionIds,
      accounts.map(({ costUsd }) => costUsd),
      accounts.map(({ tokens }) => tokens),
    ]);
    return rows.map(({ tool, cost, tokens }) => ({ tool, costUsd: addUsd(cost), tokens }));
  }
}
