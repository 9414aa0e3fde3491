import type { Pool } from 'pg';

type SearchQuery = Readonly<{
  /** Words in the language of `websearch_to_tsquery`: all of them, "phrases", `or`, and `-without`. */
  words: string;
  sessionId?: string | undefined;
  limit: number;
}>;

/** A text that has the words. */
type FoundText = Readonly<{ eventId: string; sessionId: string; executionId: string | null; time: string }>;

/** Texts are looked through from the newest back, and the span doubles while there are too few: frequent words are found in the first one. */
const FIRST_DAYS = 1;
const MOST_DAYS = 100;

const SEARCH = `
  select event_id as "eventId", session_id as "sessionId", execution_id as "executionId", time
  from telemetry.texts
  where words @@ websearch_to_tsquery('pg_catalog.simple', $1) and ($2::text is null or session_id = $2)
    and time >= $3::timestamptz and time < $4::timestamptz
  order by time desc, event_id limit $5`;

/** Searches what agents, people and programs have said, in one session or in all, newest first. */
export class TextSearch {
  constructor(private readonly pool: Pool) {}

  async find({ words, sessionId, limit }: SearchQuery): Promise<readonly FoundText[]> {
    const found: FoundText[] = [];
    let [to, days, looked] = [Date.now() + 86_400_000, FIRST_DAYS, 0];
    while (found.length < limit && looked < MOST_DAYS) {
      const from = to - days * 86_400_000;
      const { rows } = await this.pool.query<Omit<FoundText, 'time'> & Readonly<{ time: Date }>>(SEARCH, [
        ...[words, sessionId ?? null, new Date(from).toISOString(), new Date(to).toISOString()],
        limit - found.length,
      ]);
      found.push(...rows.map(({ time, ...text }) => ({ ...text, time: time.toISOString() })));
      [to, looked, days] = [from, looked + days, days * 2];
    }
    return found;
  }
}
