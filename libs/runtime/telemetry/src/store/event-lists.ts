import type { Pool } from 'pg';
import type { TelemetryType } from '../catalogue';
import type { NumberedEvent } from '../telemetry-event';
import type { EventCursor } from './event-cursor';
import { spanOfSessions, within, type Span } from './span';
import { COLUMNS, eventOf, literals, ROW_BYTES, type EventRow } from './event-row';

type EventListQuery = Readonly<{
  /** Absent for the events of all sessions. */
  sessionId?: string | undefined;
  type?: string | undefined;
  /** A fixed list of types: it is a part of the statement, so that an index of such types can be used. */
  among?: readonly TelemetryType[] | undefined;
  /** Types that are left out. */
  except?: readonly TelemetryType[] | undefined;
  order: 'oldest_first' | 'newest_first';
  /** The last event of the page before. */
  after?: EventCursor | undefined;
  offset?: number | undefined;
  limit: number;
  /** The page ends before the event that exceeds it; it has at least one event, however large. */
  maxBytes: number;
}>;

type EventList = Readonly<{
  events: readonly NumberedEvent[];
  /** For `after` of the next page; null at the end. */
  next: EventCursor | null;
}>;

const MICROSECONDS = `to_char(time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Lists stored telemetry by time; events of one moment in the order of their sequence numbers. */
export class EventLists {
  constructor(private readonly pool: Pool) {}

  async page(query: EventListQuery): Promise<EventList> {
    const { sessionId } = query;
    const span = sessionId === undefined ? undefined : await spanOfSessions(this.pool, [sessionId]);
    if (sessionId !== undefined && !span) return { events: [], next: null };
    const { rows } = await this.pool.query<ListedRow>(pageStatement({ ...query, span }));
    const last = rows.at(-1);
    return {
      events: rows.map(eventOf),
      next: last && last.found > rows.length ? cursorOf(last) : null,
    };
  }

  /** The number of a session's events of these types. */
  async count(sessionId: string, types: readonly TelemetryType[]): Promise<number> {
    const span = await spanOfSessions(this.pool, [sessionId]);
    if (!span) return 0;
    const { rows } = await this.pool.query<{ events: number }>(
      `select count(*) as events from telemetry.events
       where session_id = $1 and type in (${literals(types)}) and ${within(span)}`,
      [sessionId],
    );
    return rows[0]?.events ?? 0;
  }
}

type WithSpan = EventListQuery & Readonly<{ span: Span | undefined }>;

function pageStatement({ order, limit, offset = 0, maxBytes, ...filter }: WithSpan) {
  const values: unknown[] = [];
  const add = (value: unknown) => `$${values.push(value)}`;
  const direction = order === 'oldest_first' ? 'asc' : 'desc';
  const inOrder = `time ${direction}, coalesce(sequence, 0) ${direction}, event_id ${direction}`;
  const conditions = conditionsOf(filter, order === 'oldest_first' ? '>' : '<', add);
  const most = add(limit);
  const text = `
    select * from (
      select *, row_number() over sized as place, count(*) over () as found,
        sum(octet_length(data::text) + ${ROW_BYTES}) over sized as bytes
      from (
        select ${COLUMNS}, ${MICROSECONDS} as moment from telemetry.events
        ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''}
        order by ${inOrder} limit ${most}::int + 1 offset ${add(offset)}
      ) page
      window sized as (order by ${inOrder})
    ) measured
    where place <= ${most} and (bytes <= ${add(maxBytes)}::float8 or place = 1) order by place`;
  return { text, values };
}

function conditionsOf(
  { sessionId, span, type, among, except, after }: Omit<WithSpan, 'order' | 'limit' | 'maxBytes'>,
  behind: '<' | '>',
  add: (value: unknown) => string,
): readonly string[] {
  return [
    ...(sessionId === undefined ? [] : [`session_id = ${add(sessionId)}`]),
    ...(span ? [within(span)] : []),
    ...(type === undefined ? [] : [`type = ${add(type)}`]),
    ...(among === undefined ? [] : [`type in (${literals(among)})`]),
    ...(except === undefined ? [] : [`type not in (${literals(except)})`]),
    ...(after === undefined ? [] : conditionsBehind(after, behind, add)),
  ];
}

/** The time alone is the condition that an index serves. */
function conditionsBehind(
  { time, sequence, eventId }: EventCursor,
  behind: '<' | '>',
  add: (value: unknown) => string,
) {
  const moment = `${add(time)}::timestamptz`;
  return [
    `time ${behind}= ${moment}`,
    `(time, coalesce(sequence, 0), event_id) ${behind} (${moment}, ${add(sequence)}::bigint, ${add(eventId)}::uuid)`,
  ];
}

type ListedRow = EventRow & Readonly<{ moment: string; found: number }>;

const cursorOf = ({ moment, sequence, event_id }: ListedRow): EventCursor => ({
  time: moment,
  sequence: sequence ?? 0,
  eventId: event_id,
});
