import { addUsage, addUsd, NO_USAGE, type ModelUsage, type Usage } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { NumberedEvent } from '../telemetry-event';
import { usageOf, type Leg, type LegEnd } from '../totals';
import { COLUMNS, eventOf, literals, ROW_BYTES, type EventRow } from './event-row';
import { spanOfExecution, spanOfSessions, within, type Span } from './span';
import { TOOL_TYPES } from './tool-figures';
import { yieldPointAt, type NoYieldPoint, type YieldPoint } from './yield-point';

export type SessionPage = Readonly<{
  types?: readonly string[];
  limit: number;
  offset?: number;
  order?: 'oldest_first' | 'newest_first';
}>;

/** The part of a session's events that one answer has; at least one event, however large. */
export type SessionRange = Readonly<{ after: number; limit: number; maxBytes: number }>;

export type SessionTotals = Readonly<{
  sessionId: string;
  executionId: string | null;
  phaseId: string | null;
  usage: Usage;
  /** Events stored so far. */
  events: number;
  /** The times of the first and the last event; ISO 8601. */
  firstAt: string;
  lastAt: string;
}>;

export type ExecutionTotals = Readonly<{ usage: Usage; events: number; sessions: readonly SessionTotals[] }>;

/** Reads stored telemetry and its totals. */
export class TelemetryReader {
  constructor(private readonly pool: Pool) {}

  /** The events of an execution after a sequence number, in order and without a gap; at least one event, however large. */
  async after(executionId: string, sequence: number, limit: number, maxBytes = Infinity): Promise<NumberedEvent[]> {
    const span = await spanOfExecution(this.pool, executionId);
    if (!span || span.sequence <= sequence) return [];
    return this.#rangeOf(
      { by: 'execution_id', id: executionId, upTo: span.sequence, span },
      { after: sequence, limit, maxBytes },
    );
  }

  /** The events of a session in the order of their lines; the clock of their runner decides only outside executions. */
  async bySession(
    sessionId: string,
    { types, limit, offset = 0, order = 'oldest_first' }: SessionPage,
  ): Promise<NumberedEvent[]> {
    const direction = order === 'oldest_first' ? 'asc' : 'desc';
    const span = await spanOfSessions(this.pool, [sessionId]);
    if (!span) return [];
    const { rows } = await this.pool.query<EventRow>(
      `select ${COLUMNS} from telemetry.events
       where session_id = $1 and ($2::text[] is null or type = any ($2)) and ${within(span)}
       order by sequence ${direction}, time ${direction}, event_id limit $3 offset $4`,
      [sessionId, types ?? null, limit, offset],
    );
    return rows.map(eventOf);
  }

  /** The first events about tools of each session, with one query for all. */
  async toolEventsOf(
    sessionIds: readonly string[],
    limit: number,
  ): Promise<ReadonlyMap<string, readonly NumberedEvent[]>> {
    const events = new Map<string, NumberedEvent[]>(sessionIds.map((sessionId) => [sessionId, []]));
    const span = sessionIds.length > 0 && (await spanOfSessions(this.pool, sessionIds));
    if (!span) return events;
    const { rows } = await this.pool.query<EventRow>(toolEvents(span), [sessionIds, limit]);
    for (const row of rows) events.get(row.session_id)?.push(eventOf(row));
    return events;
  }

  /** The events of a session after a sequence number, as many as the range has room for. */
  async bySessionAfter(sessionId: string, range: SessionRange): Promise<NumberedEvent[]> {
    const span = await spanOfSessions(this.pool, [sessionId]);
    return span ? this.#rangeOf({ by: 'session_id', id: sessionId, upTo: Number.MAX_SAFE_INTEGER, span }, range) : [];
  }

  /** The statement has no name: a prepared one would be planned for every span, which is for all partitions. */
  async #rangeOf(
    { by, id, upTo, span }: Readonly<{ by: 'session_id' | 'execution_id'; id: string; upTo: number; span: Span }>,
    { after, limit, maxBytes }: SessionRange,
  ): Promise<NumberedEvent[]> {
    const { rows } = await this.pool.query<EventRow>({
      text: `select ${COLUMNS} from (
               select ${COLUMNS}, sum(octet_length(data::text) + ${ROW_BYTES}) over sized as bytes, row_number() over sized as place
               from (select ${COLUMNS} from telemetry.events
                     where ${by} = $1 and sequence > $2 and sequence <= $5 and ${within(span)}
                     order by sequence limit $3) page
               window sized as (order by sequence)
             ) measured
             where bytes <= $4::float8 or place = 1 order by sequence`,
      values: [id, after, limit, maxBytes, upTo],
    });
    return rows.map(eventOf);
  }

  /** The number of events of each session that the store has refused. */
  async quarantinedBySession(sessionIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.pool.query<{ session: string; events: number }>({
      name: 'telemetry-quarantined',
      text: `select session_id as session, count(*) as events from telemetry.quarantine
             where session_id = any ($1) group by session_id`,
      values: [sessionIds],
    });
    return new Map(rows.map(({ session, events }) => [session, events]));
  }

  /** The point of a session's conversation at one of its operations. */
  yieldPoint(sessionId: string, operationId: string): Promise<YieldPoint | NoYieldPoint> {
    return yieldPointAt(this.pool, sessionId, operationId);
  }

  async sessionTotals(sessionId: string): Promise<SessionTotals | undefined> {
    const [totals] = await this.#totals('session_id', sessionId);
    return totals;
  }

  async executionTotals(executionId: string): Promise<ExecutionTotals> {
    const sessions = await this.#totals('execution_id', executionId);
    return {
      usage: sessions.reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE),
      events: sessions.reduce((sum, { events }) => sum + events, 0),
      sessions,
    };
  }

  /** The usage of each of these sessions that has telemetry. */
  async usageOfSessions(sessionIds: readonly string[]): Promise<ReadonlyMap<string, Usage>> {
    if (sessionIds.length === 0) return new Map();
    const { rows } = await this.pool.query<TotalsRow>({
      name: 'telemetry-totals-of-sessions',
      text: `select total.*, ${LEGS} as legs from telemetry.session_totals total where session_id = any ($1)`,
      values: [sessionIds],
    });
    return new Map(rows.map(totalsOf).map(({ sessionId, usage }) => [sessionId, usage]));
  }

  async #totals(by: 'session_id' | 'execution_id', id: string): Promise<SessionTotals[]> {
    const { rows } = await this.pool.query<TotalsRow>({
      name: `telemetry-totals-by-${by}`,
      text: `select total.*, ${LEGS} as legs from telemetry.session_totals total where ${by} = $1 order by first_at, session_id`,
      values: [id],
    });
    return rows.map(totalsOf);
  }
}

const toolEvents = (span: Span): string => `
  select event.* from unnest($1::text[]) as asked (id), lateral (
    select ${COLUMNS} from telemetry.events
    where session_id = asked.id and type in (${literals(TOOL_TYPES)}) and ${within(span)}
    order by sequence, time, event_id limit $2) event`;

const LEGS = `(
  select coalesce(json_agg(json_build_object(
    'leg', leg, 'conversed', conversed, 'conversation', conversation, 'accountComplete', account_complete, 
    'ended', ended, 'accounts', accounts, 'answers', answers, 'turns', turns,
    'durationMs', coalesce(account_ms, ended_ms),
    'models', (
      select coalesce(json_agg(json_build_object(
        'model', model, 'estimated', estimated, 'inputTokens', input_tokens, 'outputTokens', output_tokens,
        'cacheCreationTokens', cache_creation_tokens, 'cacheReadTokens', cache_read_tokens, 'costUsd', cost_usd::text
      )), '[]')
      from telemetry.session_models
      where session_id = part.session_id and leg = part.leg and (not estimated or results_before >= part.accounts)
    )
  )), '[]')
  from telemetry.session_legs part where part.session_id = total.session_id
)`;

type LegRow = Readonly<{
  leg: number;
  conversed: boolean;
  conversation: string | null;
  accountComplete: boolean;
  accounts: number;
  ended: LegEnd | null;
  answers: number;
  turns: number | null;
  durationMs: number | null;
  models: readonly (ModelUsage & { model: string; estimated: boolean })[];
}>;

type TotalsRow = Readonly<{
  session_id: string;
  execution_id: string | null;
  phase_id: string | null;
  events: number;
  tool_calls: number;
  failed_tools: number;
  subagents: number;
  first_at: Date;
  last_at: Date;
  legs: readonly LegRow[];
}>;

const totalsOf = (row: TotalsRow): SessionTotals => ({
  sessionId: row.session_id,
  executionId: row.execution_id,
  phaseId: row.phase_id,
  usage: usageOf({
    legs: row.legs.map(legOf),
    toolCalls: row.tool_calls,
    failedTools: row.failed_tools,
    subagents: row.subagents,
  }),
  events: row.events,
  firstAt: row.first_at.toISOString(),
  lastAt: row.last_at.toISOString(),
});

function legOf({ models, accounts, conversation, ended, turns, durationMs, ...leg }: LegRow): Leg {
  const modelsThat = (estimated: boolean) =>
    Object.fromEntries(
      models.filter((row) => row.estimated === estimated).map((row) => [row.model, modelUsageOf(row)]),
    );
  return {
    ...leg,
    estimate: modelsThat(true),
    conversation: conversation ?? undefined,
    result: accounts > 0 ? modelsThat(false) : undefined,
    ended: ended ?? undefined,
    turns: turns ?? undefined,
    durationMs: durationMs ?? undefined,
  };
}

const modelUsageOf = ({
  inputTokens,
  outputTokens,
  cacheCreationTokens,
  cacheReadTokens,
  costUsd,
}: ModelUsage): ModelUsage => ({
  inputTokens,
  outputTokens,
  cacheCreationTokens,
  cacheReadTokens,
  // The store pads to nine places.
  costUsd: costUsd === null ? null : addUsd(costUsd),
});
