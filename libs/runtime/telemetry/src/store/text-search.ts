import type { Pool } from 'pg';
import type { EventCursor } from './event-cursor';

type SearchQuery = Readonly<{
  /** Words in the language of `websearch_to_tsquery`: all of them, "phrases", `or`, and `-without`. */
  words: string;
  sessionId?: string | undefined;
  /** The last text of the page before. */
  after?: EventCursor | undefined;
  limit: number;
}>;

/** A text that has the words. */
type FoundText = Readonly<{
  eventId: string;
  type: string;
  sessionId: string;
  executionId: string | null;
  /** ISO 8601, to the microsecond. */
  time: string;
  /** The part of the text around the words. */
  excerpt: string;
}>;

type FoundTexts = Readonly<{
  texts: readonly FoundText[];
  /** For `after` of the next page; null at the end. */
  next: EventCursor | null;
}>;

/** Texts are looked through from the newest back, and the span doubles while there are too few: frequent words are found in the first one. */
const FIRST_DAYS = 1;
const MOST_DAYS = 100;
const DAY_MS = 86_400_000;

const SEARCH = `
  select found.event_id as "eventId", event.type, found.session_id as "sessionId", found.execution_id as "executionId",
    to_char(found.time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as time,
    ts_headline('pg_catalog.simple', telemetry.text_of(event.type, event.data), websearch_to_tsquery('pg_catalog.simple', $1),
      'StartSel="", StopSel="", MaxFragments=1, MaxWords=40, MinWords=15, ShortWord=0') as excerpt
  from (
    select event_id, session_id, execution_id, time from telemetry.texts
    where words @@ websearch_to_tsquery('pg_catalog.simple', $1) and ($2::text is null or session_id = $2)
      and time >= $3::timestamptz and time <= $4::timestamptz
      and (time < $4::timestamptz or $5::uuid is not null and event_id > $5)
    order by time desc, event_id limit $6
  ) found
  join telemetry.events event on event.session_id = found.session_id and event.time = found.time and event.event_id = found.event_id
  order by found.time desc, found.event_id`;

/** Searches what agents, people and programs have said, in one session or in all, newest first. */
export class TextSearch {
  constructor(private readonly pool: Pool) {}

  async find({ words, sessionId, after, limit }: SearchQuery): Promise<FoundTexts> {
    const texts: FoundText[] = [];
    // One more than the page tells whether there is another.
    const wanted = limit + 1;
    let to = after?.time ?? daysBefore(Date.now(), -1);
    let beside = after?.eventId ?? null;
    for (let days = FIRST_DAYS, looked = 0; texts.length < wanted && looked < MOST_DAYS; looked += days, days *= 2) {
      const from = daysBefore(Date.parse(to), days);
      const values = [words, sessionId ?? null, from, to, beside, wanted - texts.length];
      const { rows } = await this.pool.query<FoundText>({ name: 'telemetry-text-search', text: SEARCH, values });
      texts.push(...rows);
      [to, beside] = [from, null];
    }
    const page = texts.slice(0, limit);
    const last = page.at(-1);
    const next = texts.length > limit && last ? { time: last.time, sequence: 0, eventId: last.eventId } : null;
    return { texts: page, next };
  }
}

const daysBefore = (ms: number, days: number): string => new Date(ms - days * DAY_MS).toISOString();
