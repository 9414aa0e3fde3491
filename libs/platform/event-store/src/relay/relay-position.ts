import type { Pool } from 'pg';
import type { Head } from '../event-log';

/** The lease's name in `ops.leases`. */
export const RELAY = 'relay';

/** The last published position, for a stream that is empty. It may lag a little: publishing an event twice is harmless. */
export class RelayPosition {
  constructor(private readonly pool: Pool) {}

  async load(): Promise<Head> {
    const { rows } = await this.pool.query<Head>('select position, epoch from ops.relay');
    const [row] = rows;
    if (!row) throw new Error('ops.relay has no row: the schema was not migrated');
    return row;
  }

  /** Only the owner of the lease moves it. */
  async save({ position, epoch }: Head, owner: string): Promise<void> {
    await this.pool.query(
      `update ops.relay set position = $1, epoch = $2, seen_at = clock_timestamp()
       where exists (select from ops.leases where name = $3 and owner = $4)`,
      [position, epoch, RELAY, owner],
    );
  }
}
