import type { Pool } from 'pg';
import type { EventFailure } from './event-failure';
import { PositionLost, PROCESSES } from './process-positions';

/** The first event in the backlog of a partition: those behind it wait. */
export type BacklogHead = Readonly<{ process: string; partition: string; position: number; isDue: boolean }>;

const LONGEST_BACK_OFF_MS = 30_000;

/** The rows of `ops.process_backlog`, as the owner of the lease works them off. */
export class ProcessBacklog {
  constructor(
    private readonly pool: Pool,
    private readonly owner: string,
  ) {}

  async heads(processes: readonly string[]): Promise<readonly BacklogHead[]> {
    const { rows } = await this.pool.query<BacklogHead>(
      `select distinct on (process, partition) process, partition, position,
              coalesce(next_attempt_at <= clock_timestamp(), true) as "isDue"
       from ops.process_backlog where process = any($1) order by process, partition, position`,
      [processes],
    );
    return rows;
  }

  /**
   * Removes a row and answers the next position of its partition. A row that an operator has parked meanwhile is gone already.
   * @throws PositionLost
   */
  async done({ process, partition, position }: BacklogHead): Promise<number | undefined> {
    const { rows } = await this.pool.query<{ leads: boolean; next: number | null }>(
      `with lease as (
         select from ops.leases where name = $1 and owner = $2
       ), done as (
         delete from ops.process_backlog where process = $3 and position = $4 and exists (select from lease)
       )
       select exists (select from lease) as leads, (
         select min(b.position) from ops.process_backlog b
         where b.process = $3 and b.partition = $5 and b.position > $4) as next`,
      [PROCESSES, this.owner, process, position, partition],
    );
    if (!rows[0]?.leads) throw new PositionLost(`another runner has the backlog of ${process}`);
    return rows[0].next ?? undefined;
  }

  /** Keeps the row for a later attempt, each pause twice as long as the one before. */
  async failed({ process, position }: BacklogHead, { event, error }: EventFailure, backOffMs: number): Promise<void> {
    await this.pool.query(
      `update ops.process_backlog
          set attempts = attempts + 1, event = $5, error = $6, failing_since = coalesce(failing_since, clock_timestamp()),
              next_attempt_at = clock_timestamp() + least($7 * 2 ^ least(attempts, 20), $8) * interval '1 ms'
        where process = $3 and position = $4 and exists (select from ops.leases where name = $1 and owner = $2)`,
      [PROCESSES, this.owner, process, position, JSON.stringify(event), error, backOffMs, LONGEST_BACK_OFF_MS],
    );
  }
}
