import { eventually } from '@syntropic/testing';
import type { Pool } from 'pg';
import type { ObservedStream } from './client-observer';

/** The store's rows of one execution, by their numbers. */
export type StoredExecution = Readonly<{
  /** Positions of its events in the log, and in the projection that feeds live streams. */
  log: readonly number[];
  feed: readonly number[];
  /** Sequence numbers of its telemetry. */
  telemetry: readonly number[];
  /** Types of events that the log holds more than once. */
  duplicates: readonly string[];
  /** Sessions that a runner ended with another number of telemetry events than are stored. */
  miscounted: readonly string[];
  /** Workspaces that were created and not yet terminated. */
  openWorkspaces: readonly string[];
  /** Position of the event that ended it. */
  end: number;
}>;

const ENDS = ['ExecutionCompleted', 'ExecutionFailed', 'ExecutionCancelled'];

/** Resolves when the projection is level with the log and every workspace is terminated. */
export async function storedExecution(store: Pool, executionId: string): Promise<StoredExecution> {
  return eventually(async () => {
    const { rows } = await store.query<StoredExecution>(STORED_EXECUTION, [executionId, ENDS]);
    const [stored] = rows;
    if (!stored) throw new Error('an aggregate has a row');
    expect(stored.openWorkspaces).toEqual([]);
    expect(stored.feed).toEqual(stored.log);
    return stored;
  });
}

/** Checks log, read models, telemetry and the frames of a client: nothing is missing, nothing is there twice. */
export function expectNothingLostOrDuplicated(stored: StoredExecution, observed: ObservedStream): void {
  expectNothingLostOrDuplicatedUntilEnd(stored, observed);
  expect(observed.sequences.at(-1) ?? observed.from.sequence).toBe(stored.telemetry.length);
}

/** The same for an execution some of whose telemetry is stored after its end: that of sessions whose runner was killed. */
export function expectNothingLostOrDuplicatedUntilEnd(
  stored: StoredExecution,
  { from, positions, sequences }: ObservedStream,
): void {
  expect(stored.duplicates).toEqual([]);
  expect(stored.miscounted).toEqual([]);
  expect(stored.telemetry).toEqual(upTo(stored.telemetry.length));
  expect(positions).toEqual(stored.feed.filter((position) => position > from.position && position <= stored.end));
  expect(sequences).toEqual(stored.telemetry.slice(from.sequence, from.sequence + sequences.length));
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

const STORED_EXECUTION = `
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
       select type from own group by type, stream_id, data having count(*) > 1) twice) as duplicates,
    (select coalesce(array_agg(session_id), '{}') from own join observed on session_id = data ->> 'sessionId'
      where type = 'SessionCompleted' and metadata -> 'actor' ->> 'id' like 'runner-%'
        and (data ->> 'telemetryEvents')::bigint <> events) as miscounted,
    (select coalesce(array_agg(stream_id), '{}') from (
       select stream_id from own where type like 'Workspace%' group by stream_id having count(*) = 1) alone) as "openWorkspaces",
    (select max(position) from own where type = any($2)) as end`;
