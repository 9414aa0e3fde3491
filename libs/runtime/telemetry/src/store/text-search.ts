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

type Statement = Readonly<{ name: string; text: string }>;
type Span = Readonly<{ from: string; to: string; rows: number }>;

/** Texts are looked through from the newest back, and the span grows while there are too few. */
const FIRST_DAYS = 1;
const MOST_DAYS = 100;
const DAY_MS = 86_400_000;

/** Texts that are looked at one by one, the newest ones: frequent words are found in them sooner than their matches are sorted. */
const LOOKED_AT = 5_000;

const IN_SPAN = `time >= $3::timestamptz and time <= $4::timestamptz
      and (time < $4::timestamptz or $5::uuid is not null and event_id > $5)`;
const HAVE_WORDS = "words @@ websearch_to_tsquery('pg_catalog.simple', $1) and ($2::text is null or session_id = $2)";

const AMONG_NEWEST = `
    select event_id, session_id, execution_id, time from (
      select * from telemetry.texts where ${IN_SPAN} order by time desc, event_id limit ${LOOKED_AT}) newest
    where ${HAVE_WORDS}
    order by time desc, event_id limit $6`;

/** The sum keeps the planner from the index of times, on which it would pass all texts for a word that it takes for frequent. */
const BY_WORDS = `
    select event_id, session_id, execution_id, time from telemetry.texts
    where ${HAVE_WORDS} and ${IN_SPAN}
    order by time + interval '0' desc, event_id limit $6`;

/** The limit has the planner look up each found text: it would read all events to join a few. */
const shown = (found: string): string => `
  select found.event_id as "eventId", event.type, found.session_id as "sessionId", found.execution_id as "executionId",
    to_char(found.time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as time,
    ts_headline('pg_catalog.simple', telemetry.text_of(event.type, event.data), websearch_to_tsquery('pg_catalog.simple', $1),
      'StartSel="", StopSel="", MaxFragments=1, MaxWords=40, MinWords=15, ShortWord=0') as excerpt
  from (${found}) found, lateral (
    select type, data from telemetry.events e
    where e.session_id = found.session_id and e.time = found.time and e.event_id = found.event_id limit 1) event
  order by found.time desc, found.event_id`;

const SEARCH_NEWEST = { name: 'telemetry-newest-texts', text: shown(AMONG_NEWEST) };
const SEARCH_WORDS = { name: 'telemetry-texts-by-words', text: shown(BY_WORDS) };

/** Searches what agents, people and programs have said, in one session or in all, newest first. */
export class TextSearch {
  constructor(private readonly pool: Pool) {}

  async find(query: SearchQuery): Promise<FoundTexts> {
    const { limit, sessionId } = query;
    // One more than the page tells whether there is another.
    const wanted = limit + 1;
    const newest = sessionId === undefined ? await this.#amongNewest(query, wanted) : [];
    const texts = newest.length === wanted ? newest : await this.#byWords(query, wanted);
    const page = texts.slice(0, limit);
    const last = page.at(-1);
    const next = texts.length > limit && last ? { time: last.time, sequence: 0, eventId: last.eventId } : null;
    return { texts: page, next };
  }

  #amongNewest(query: SearchQuery, rows: number): Promise<FoundText[]> {
    const to = endOf(query);
    return this.#look(SEARCH_NEWEST, query, { from: daysBefore(to, FIRST_DAYS), to, rows });
  }

  async #byWords(query: SearchQuery, wanted: number): Promise<FoundText[]> {
    const texts: FoundText[] = [];
    let to = endOf(query);
    for (let days = FIRST_DAYS, looked = 0; texts.length < wanted && looked < MOST_DAYS; looked += days, days *= 4) {
      const from = daysBefore(to, days);
      texts.push(...(await this.#look(SEARCH_WORDS, query, { from, to, rows: wanted - texts.length })));
      to = from;
    }
    return texts;
  }

  async #look(statement: Statement, { words, sessionId, after }: SearchQuery, { from, to, rows }: Span) {
    // Texts of the same moment may stand on both pages' sides of it.
    const beside = to === after?.time ? after.eventId : null;
    const values = [words, sessionId ?? null, from, to, beside, rows];
    return (await this.pool.query<FoundText>({ ...statement, values })).rows;
  }
}

const endOf = ({ after }: SearchQuery): string => after?.time ?? daysBefore(new Date().toISOString(), -1);

const daysBefore = (time: string, days: number): string => new Date(Date.parse(time) - days * DAY_MS).toISOString();
