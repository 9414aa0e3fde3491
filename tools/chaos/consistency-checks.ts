import { eventually } from '@syntropic/testing';
import type { Pool } from 'pg';
import type { Testimony } from './witness';

/** Everything the store has on one execution, numbered as it is kept. */
export type Books = Readonly<{
  /** Positions of its events in the log, and in the projection that feeds streams. */
  log: readonly number[];
  feed: readonly number[];
  /** Its telemetry's sequence numbers. */
  telemetry: readonly number[];
  /** Facts that stand in the log more than once. */
  doubled: readonly string[];
  /** Sessions whose runner, who ended them, counted another number of observations than are stored. */
  miscounted: readonly string[];
  /** Workspaces that were made and of which nobody has said that they ended. */
  open: readonly string[];
  end: number;
}>;

const ENDS = ['ExecutionCompleted', 'ExecutionFailed', 'ExecutionCancelled'];

/** The books once the projection has caught up with the log, and whatever was left open is closed. */
export async function booksOf(store: Pool, executionId: string): Promise<Books> {
  return eventually(
    async () => {
      const { rows } = await store.query<Books>(BOOKS, [executionId, ENDS]);
      const [books] = rows;
      if (!books) throw new Error('an aggregate has a row');
      expect(books.open).toEqual([]);
      expect(books.feed).toEqual(books.log);
      return books;
    },
    { within: 30_000 },
  );
}

/** Nothing is missing and nothing is there twice: in the log, in read models, in telemetry, and in what a client was shown. */
export function expectNothingLostOrDoubled(books: Books, { from, positions, sequences }: Testimony): void {
  expect(books.doubled).toEqual([]);
  expect(books.miscounted).toEqual([]);
  expect(books.telemetry).toEqual(upTo(books.telemetry.length));
  expect(positions).toEqual(books.feed.filter((position) => position > from.position && position <= books.end));
  expect(sequences).toEqual(books.telemetry.filter((sequence) => sequence > from.sequence));
}

/** The log as a whole: positions from 1 to its head, each once. */
export async function expectDenseLog(store: Pool): Promise<void> {
  const { rows } = await store.query<{ events: number; last: number; head: number }>(
    'select count(*) as events, max(e.position) as last, max(h.position) as head from log.events e, log.log_head h',
  );
  const [log] = rows;
  expect(log).toEqual({ events: log?.head, last: log?.head, head: log?.head });
}

const upTo = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);

const BOOKS = `
  with own as (
    select * from log.events where metadata ->> 'executionId' = $1
  ), observed as (
    select session_id, count(*) as events from telemetry.events where execution_id = $1 group by session_id
  )
  select
    (select coalesce(array_agg(position::int order by position), '{}') from own) as log,
    (select coalesce(array_agg(event_position::int order by event_position), '{}')
       from read.execution_feed_v1 where execution_id = $1) as feed,
    (select coalesce(array_agg(sequence::int order by sequence), '{}') from telemetry.events where execution_id = $1) as telemetry,
    (select coalesce(array_agg(type), '{}') from (
       select type from own group by type, stream_id, data having count(*) > 1) twice) as doubled,
    (select coalesce(array_agg(session_id), '{}') from own join observed on session_id = data ->> 'sessionId'
      where type = 'SessionCompleted' and metadata -> 'actor' ->> 'id' like 'runner-%'
        and (data ->> 'telemetryEvents')::bigint <> events) as miscounted,
    (select coalesce(array_agg(stream_id), '{}') from (
       select stream_id from own where type like 'Workspace%' group by stream_id having count(*) = 1) alone) as open,
    (select max(position) from own where type = any($2)) as end`;
