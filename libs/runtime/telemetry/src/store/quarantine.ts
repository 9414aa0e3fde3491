import { cutPage, instant, ListOrder, type ListPlace, type Ordered } from '@syntropic/postgres';
import type { Pool } from 'pg';
import { collectedFact } from '../ingest/collected-event';
import { hookFact } from '../ingest/hook-line';
import { eventOf, isUnreadable, reportedFactIn, type ReportedFact } from '../ingest/reported-fact';
import { TelemetryEvent } from '../telemetry-event';
import { SessionPlaces } from './session-places';
import type { TelemetryStore } from './telemetry-store';

/** Events that were set apart for one reason. */
export type QuarantineReason = Readonly<{ reason: string; events: number; newest: string }>;

/** Of the events that were tried again: those that are stored now, those that were known, and those that are still faulty. */
export type Replayed = Readonly<{ stored: number; known: number; faulty: number }>;

const REASONS = 100;

/** The most frequent reasons first, at most a hundred, without what differs from event to event behind the first colon. */
export async function quarantineReasons(pool: Pool): Promise<readonly QuarantineReason[]> {
  const { rows } = await pool.query<QuarantineReason>(
    `select split_part(reason, ':', 1) as reason, count(*)::int as events,
       ${instant('max(received_at)')} as newest
     from telemetry.quarantine group by 1 order by 2 desc, 1 limit $1`,
    [REASONS],
  );
  return rows;
}

/** An event that was set apart, without what it says: it could not be read, so no secret was removed from it. */
type QuarantinedEvent = Readonly<{
  id: string;
  sessionId: string | null;
  reason: string;
  receivedAt: string;
  sizeBytes: number;
}>;

type Filter = Readonly<{ reason?: string | undefined; session_id?: string | undefined }>;

const SHOWN_REASON = 500;

const APART = `
  from telemetry.quarantine where ($1::text is null or split_part(reason, ':', 1) = $1) and ($2::text is null or session_id = $2)`;

const NEWEST_FIRST = new ListOrder([
  { sql: 'received_at', type: 'timestamp with time zone', direction: 'desc' },
  { sql: 'event_id', type: 'uuid', direction: 'asc' },
]);

/** The newest first, and how many there are; of one kind, or of one session. */
export async function quarantinedEvents(pool: Pool, { reason, session_id }: Filter, place: ListPlace) {
  const filter: readonly unknown[] = [reason ?? null, session_id ?? null];
  const values = [...filter];
  const { condition, range } = NEWEST_FIRST.pageOf(place, (value) => `$${values.push(value)}`);
  const { rows: found } = await pool.query<QuarantinedEvent & Ordered>(
    `select event_id as id, session_id as "sessionId", left(reason, ${SHOWN_REASON}) as reason,
       ${instant('received_at')} as "receivedAt", octet_length(event) as "sizeBytes",
       ${NEWEST_FIRST.values} as order_values
     ${APART} and ${condition} ${range}`,
    values,
  );
  const { rows: events, next } = cutPage(found, place.limit);
  const { rows: counted } = await pool.query<{ total: number }>(`select count(*)::int as total ${APART}`, [...filter]);
  return { events, total: counted[0]?.total ?? 0, next };
}

const PAGE = 500;

type Row = Readonly<{ event_id: string; received_at: string; event: string }>;
type Entry = Readonly<{ row: Row; event: TelemetryEvent }>;

/** Events of telemetry that could not be stored. They are kept until they are stored, or as long as events are. */
export class Quarantine {
  readonly #places: SessionPlaces;

  constructor(
    private readonly pool: Pool,
    private readonly store: TelemetryStore,
  ) {
    this.#places = new SessionPlaces(pool);
  }

  /** Tries all events again, or those of a session, as this build reads them. What is stored leaves the quarantine. */
  async replay(sessionId?: string): Promise<Replayed> {
    let [stored, known, faulty] = [0, 0, 0];
    for (let page = await this.#page(sessionId); page.length > 0; page = await this.#page(sessionId, page.at(-1))) {
      const tried = await this.#replayed(page);
      [stored, known, faulty] = [stored + tried.stored, known + tried.known, faulty + tried.faulty];
    }
    return { stored, known, faulty };
  }

  /** Tries these events again; ids that are not in the quarantine any more are passed over. */
  async replayEach(ids: readonly string[]): Promise<Replayed> {
    const { rows } = await this.pool.query<Row>(
      `select event_id, received_at::text as received_at, event from telemetry.quarantine
       where event_id = any ($1::uuid[]) order by received_at, event_id`,
      [ids],
    );
    return this.#replayed(rows);
  }

  async #replayed(page: readonly Row[]): Promise<Replayed> {
    const entries = await this.#entriesIn(page);
    const [outcome] = await this.store.insert([{ events: entries.map(({ event }) => event) }]);
    const stored = outcome && !outcome.leaseLost ? outcome.stored.length : 0;
    const left = await this.#release(entries);
    return { stored, known: left - stored, faulty: page.length - left };
  }

  async #page(sessionId?: string, after?: Row): Promise<readonly Row[]> {
    const { rows } = await this.pool.query<Row>(
      `select event_id, received_at::text as received_at, event from telemetry.quarantine
       where ($1::text is null or session_id = $1)
         and ($2::timestamptz is null or (received_at, event_id) > ($2::timestamptz, $3::uuid))
       order by received_at, event_id limit ${PAGE}`,
      [sessionId ?? null, after?.received_at ?? null, after?.event_id ?? null],
    );
    return rows;
  }

  async #entriesIn(page: readonly Row[]): Promise<readonly Entry[]> {
    const read = page.map((row) => ({ row, found: readAgain(row) }));
    const facts = read.flatMap(({ found }) => (found && 'type' in found && !('id' in found) ? [found.sessionId] : []));
    const places = await this.#places.of(facts);
    const now = Date.now();
    return read.flatMap(({ row, found }) => {
      if (!found) return [];
      const event = 'id' in found ? found : eventOf(found, places.get(found.sessionId), now);
      return isUnreadable(event) ? [] : [{ row, event }];
    });
  }

  /** Removes those whose facts the store knows. Resolves with their number. */
  async #release(entries: readonly Entry[]): Promise<number> {
    const { rowCount } = await this.pool.query(
      `delete from telemetry.quarantine apart
       using unnest($1::uuid[], $2::uuid[]) as tried (event_id, fact_id), telemetry.seen
       where apart.event_id = tried.event_id and seen.event_id = tried.fact_id`,
      [entries.map(({ row }) => row.event_id), entries.map(({ event }) => event.id)],
    );
    return rowCount ?? 0;
  }
}

/** An event of a runner, or what a source has reported, in whichever form it was set apart. */
function readAgain({ event, received_at }: Row): TelemetryEvent | ReportedFact | undefined {
  const value = valueIn(event);
  const known = TelemetryEvent.safeParse(value).data;
  if (known) return known;
  const fact = reportedFactIn(event);
  if (fact) return fact;
  const collected = collectedFact(value);
  if ('type' in collected) return collected;
  const hook = hookFact(value, new Date(received_at).toISOString());
  return 'type' in hook ? hook : undefined;
}

function valueIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
