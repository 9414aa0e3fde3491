import type { Pool } from 'pg';

/** The time between the first and the last event of an execution or of some sessions. Reads that name it look at no other partition. */
export type Span = Readonly<{ first: string; last: string; sequence: number }>;

/** Times in text, because dates of JavaScript have no microseconds. */
const EXECUTION = `
  select first_at::text as first, last_at::text as last, last as sequence from telemetry.sequences
  where execution_id = $1 and first_at is not null`;

const SESSIONS = `
  select min(first_at)::text as first, max(last_at)::text as last, 0 as sequence from telemetry.session_totals
  where session_id = any ($1) having count(*) > 0`;

/** `sequence` is the last number within the span. Later events may have times outside of it, so a reader must not go beyond that number. */
export async function spanOfExecution(pool: Pool, executionId: string): Promise<Span | undefined> {
  const { rows } = await pool.query<Span>({ name: 'telemetry-span', text: EXECUTION, values: [executionId] });
  return rows[0];
}

export async function spanOfSessions(pool: Pool, sessionIds: readonly string[]): Promise<Span | undefined> {
  const { rows } = await pool.query<Span>({ name: 'telemetry-session-span', text: SESSIONS, values: [sessionIds] });
  return rows[0];
}

/** The condition of a read. Its times are constants, because TimescaleDB leaves chunks out of a plan for no other values. */
export const within = ({ first, last }: Span): string =>
  `time between timestamptz '${first}' and timestamptz '${last}'`;
