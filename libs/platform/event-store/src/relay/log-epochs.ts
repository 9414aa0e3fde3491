import type { Pool } from 'pg';

/** Of an epoch that has ended: its id, the last position that the log still shares with it, and a place that the log no longer has. */
export type EndedEpoch = Readonly<{ epoch: string; shared: number; seen: number }>;

/** Begins epochs. Of several callers for one ended epoch the first one does. */
export class LogEpochs {
  constructor(private readonly pool: Pool) {}

  async begin({ epoch, shared, seen }: EndedEpoch): Promise<void> {
    await this.pool.query('select log.begin_epoch($1, $2, $3)', [epoch, shared, seen]);
  }
}
