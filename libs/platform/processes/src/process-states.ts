import { boundedJson, instant } from '@syntropic/postgres';
import type { Pool } from 'pg';
import type { EventFailure } from './event-failure';

/** The state of a process, for an operator. */
export type ProcessState = Readonly<{
  name: string;
  /** `failing`: an event is tried again; `stopped`: the log was restored, and an operator names the position. */
  status: 'running' | 'failing' | 'stopped';
  /** Everything up to here is done. */
  position: number;
  readerPosition: number;
  error: string | null;
  failingSince: string | null;
  /** Events in the backlog, the failing ones included. */
  backlog: number;
  /** The first of them in the log. */
  failing: readonly Readonly<{
    partition: string;
    event: EventFailure['event'];
    error: string;
    failingSince: string;
    attempts: number;
    nextAttemptAt: string | null;
  }>[];
  /** The newest of them. */
  parked: readonly Readonly<{
    event: EventFailure['event'];
    error: string;
    reason: string;
    by: string;
    at: string;
  }>[];
}>;

/** Bounds the answer: so many events, and each event with so many bytes of data at most. */
const SHOWN = 50;
const DATA_BYTES = 16_384;

const EVENT = boundedJson('event', 'data', DATA_BYTES);

export async function processStates(pool: Pool): Promise<readonly ProcessState[]> {
  const { rows } = await pool.query<ProcessState>(
    `select p.name, p.status, p.position, greatest(p.position, p.reader_position) as "readerPosition", p.error,
       ${instant('p.failing_since')} as "failingSince",
       (select count(*) from ops.process_backlog b where b.process = p.name) as backlog, (
         select coalesce(json_agg(json_build_object(
           'partition', partition, 'event', ${EVENT}, 'error', error, 'failingSince', ${instant('failing_since')},
           'attempts', attempts, 'nextAttemptAt', ${instant('next_attempt_at')}) order by position), '[]')
         from (
           select * from ops.process_backlog b where b.process = p.name and b.error is not null order by position limit $1
         ) failing) as failing, (
         select coalesce(json_agg(json_build_object(
           'event', ${EVENT}, 'error', error, 'reason', reason, 'by', parked_by, 'at', ${instant('parked_at')})
           order by position desc), '[]')
         from (
           select * from ops.parked_process_events e where e.process = p.name order by position desc limit $1
         ) parked) as parked
     from ops.processes p order by p.name`,
    [SHOWN],
  );
  return rows;
}
