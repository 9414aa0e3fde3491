import type { Pool } from 'pg';
import type { EventFailure } from './event-failure';

/** The lease that the leader of all processes holds in `ops.leases`. */
export const PROCESSES = 'processes';

/** Another runner leads the processes, or has moved this one on. */
export class PositionLost extends Error {
  override readonly name = 'PositionLost';
}

/** A process's row: its position in the log. */
export type ProcessPosition = Readonly<{
  process: string;
  /** The reader goes on behind this position. */
  position: number;
  /** False when the log was restored since. */
  isInThisLog: boolean;
  isRunning: boolean;
  /** The last position in the backlog of each partition. */
  backlog: Readonly<Record<string, number>>;
}>;

/** An event that a process passes without carrying it out; one without a failure waits behind one that failed. */
export type BacklogEntry = Readonly<{ position: number; partition: string; failure?: EventFailure }>;

/** The next position of a process, and the events that it sets aside on the way there. */
export type Move = Readonly<{
  process: string;
  from: number;
  to: number;
  /** The fault of an event that is still being tried. */
  fault: string | undefined;
  backlog: readonly BacklogEntry[];
}>;

type FirstRetry = Readonly<{ attempts: number; afterMs: number }>;

/** The rows of `ops.processes`, as the owner of the lease reads and writes them. */
export class ProcessPositions {
  constructor(
    private readonly pool: Pool,
    private readonly owner: string,
  ) {}

  /** @throws Error when a process has no row */
  async load(processes: readonly string[]): Promise<readonly ProcessPosition[]> {
    const { rows } = await this.pool.query<ProcessPosition>(
      `select p.name as process, greatest(p.position, p.reader_position) as position,
              p.epoch = h.store_epoch as "isInThisLog", p.status = 'running' as "isRunning", (
         select coalesce(json_object_agg(partition, last), '{}') from (
           select partition, max(position) as last from ops.process_backlog b where b.process = p.name group by partition
         ) backlog) as backlog
       from ops.processes p, log.log_head h where p.name = any($1)`,
      [processes],
    );
    const missing = processes.filter((name) => !rows.some(({ process }) => process === name));
    if (missing.length > 0) throw new Error(`no migration has registered the process ${missing.join(', ')}`);
    return rows;
  }

  /**
   * Moves all positions and adds to their backlogs in one statement. A position moves for the owner of the lease only, from the one in its row, in the same log.
   * @throws PositionLost when one of them did not move
   */
  async save(moves: readonly Move[], firstRetry: FirstRetry): Promise<void> {
    const { rowCount } = await this.pool.query(SAVE, [
      PROCESSES,
      this.owner,
      JSON.stringify(moves.map(rowOf)),
      JSON.stringify(moves.flatMap(backlogRowsOf)),
      firstRetry.attempts,
      firstRetry.afterMs,
    ]);
    if (rowCount !== moves.length) {
      throw new PositionLost(
        `not all of ${moves.map(({ process, from }) => `${process} at ${from}`).join(', ')} moved`,
      );
    }
  }

  /** Marks processes that wait for an operator. */
  async stop(processes: readonly string[], why: string): Promise<void> {
    await this.pool.query(
      `update ops.processes
          set status = 'stopped', error = $4, failing_since = coalesce(failing_since, clock_timestamp())
        where name = any($3) and status <> 'stopped' and exists (select from ops.leases where name = $1 and owner = $2)`,
      [PROCESSES, this.owner, processes, why],
    );
  }
}

const SAVE = `
  with moves as (
    select * from jsonb_to_recordset($3::jsonb) as m
      (process text, came_from bigint, goes_to bigint, fault text, first_set_aside bigint)
  ), moved as (
    update ops.processes p
    set reader_position = m.goes_to,
        position = least(m.goes_to, waiting.position - 1, m.first_set_aside - 1),
        status = case when state.fails then 'failing' else 'running' end,
        error = case when state.fails then coalesce(m.fault, waiting.error, p.error) end,
        failing_since = case when state.fails then coalesce(p.failing_since, clock_timestamp()) end,
        moved_at = case when m.goes_to > m.came_from then clock_timestamp() else p.moved_at end
    from moves m
    left join lateral (
      select b.position, b.error from ops.process_backlog b where b.process = m.process order by b.position limit 1
    ) waiting on true
    cross join lateral (
      select (m.fault is not null or m.first_set_aside is not null or waiting.position is not null) as fails
    ) state
    where p.name = m.process and greatest(p.position, p.reader_position) = m.came_from
      and p.epoch = (select store_epoch from log.log_head)
      and exists (select from ops.leases where name = $1 and owner = $2)
    returning p.name
  ), set_aside as (
    insert into ops.process_backlog
      (process, position, partition, event, error, failing_since, attempts, next_attempt_at)
    select b.process, b.position, b.partition, b.event, b.error,
           case when b.error is not null then clock_timestamp() end,
           case when b.error is not null then $5::int else 0 end,
           case when b.error is not null then clock_timestamp() + $6::float * interval '1 ms' end
    from jsonb_to_recordset($4::jsonb) as b (process text, position bigint, partition text, event jsonb, error text)
    join moved on moved.name = b.process
    on conflict do nothing
  )
  select name from moved`;

const rowOf = ({ process, from, to, fault, backlog }: Move) => ({
  process,
  came_from: from,
  goes_to: to,
  fault: fault ?? backlog.find(({ failure }) => failure)?.failure?.error,
  first_set_aside: backlog.length > 0 ? Math.min(...backlog.map(({ position }) => position)) : null,
});

const backlogRowsOf = ({ process, backlog }: Move) =>
  backlog.map(({ position, partition, failure }) => ({ process, position, partition, ...failure }));
