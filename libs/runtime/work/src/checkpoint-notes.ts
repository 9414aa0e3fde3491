import type { Lease } from '@syntropic/kernel';
import type { Pool } from 'pg';

/** A checkpoint is needed from the end of its leg until the next leg has ended, or the work will not go on. */
const UNWANTED = `
  not exists (
    select from ops.work w
     where w.session_id = c.session_id and (w.state <> 'closed' or w.parked_on is not null) and c.leg >= w.leg - 1)`;

/** The checkpoints in the object storage, noted before they are stored, so that none is left there when no work needs it. */
export class CheckpointNotes {
  constructor(private readonly pool: Pool) {}

  /** Notes a checkpoint of the present leg. False when the lease is not held. */
  async note({ sessionId, token }: Lease, executionId: string, uri: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `with held as (
         select w.session_id, w.leg from ops.work w
          where w.session_id = $1 and w.token = $2 and w.state = 'leased' and w.execution_id = $3
       ), noted as (
         insert into ops.checkpoints (uri, session_id, leg)
         select $4, held.session_id, held.leg from held on conflict do nothing
       )
       select from held`,
      [sessionId, token, executionId, uri],
    );
    return rowCount === 1;
  }

  /** Checkpoints that no work needs, oldest first. */
  async unwanted(most: number): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ uri: string }>(
      `select c.uri from ops.checkpoints c where ${UNWANTED} order by c.noted_at limit $1`,
      [most],
    );
    return rows.map(({ uri }) => uri);
  }

  /** To be called for checkpoints that were removed. Those that work needs stay noted. */
  async forget(uris: readonly string[]): Promise<void> {
    await this.pool.query(`delete from ops.checkpoints c where c.uri = any ($1) and ${UNWANTED}`, [uris]);
  }
}
