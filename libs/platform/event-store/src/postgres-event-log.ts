import type { Metadata, Recorded } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { EventLog, Head } from './event-log';

export type EventRow = Readonly<{
  position: number;
  stream_id: string;
  version: number;
  event_id: string;
  type: string;
  data: object;
  metadata: Metadata;
  recorded_at: Date;
}>;

/** The log in Postgres. Every read is one statement, so it sees one state of the log. */
export class PostgresEventLog implements EventLog {
  constructor(private readonly pool: Pool) {}

  async read(after: number, limit: number): Promise<Recorded[]> {
    const { rows } = await this.pool.query<EventRow>({
      name: 'log-read',
      text: 'select * from log.events where position > $1 order by position limit $2',
      values: [after, limit],
    });
    return rows.map(recorded);
  }

  async head(): Promise<Head> {
    const { rows } = await this.pool.query<Head>('select position, store_epoch as epoch from log.log_head');
    const [head] = rows;
    if (!head) throw new Error('the log has no head: it was never initialised');
    return head;
  }

  async readStream(stream: string, afterVersion: number, limit: number): Promise<Recorded[]> {
    const { rows } = await this.pool.query<EventRow>({
      name: 'log-read-stream',
      text: 'select * from log.events where stream_id = $1 and version > $2 order by version limit $3',
      values: [stream, afterVersion, limit],
    });
    return rows.map(recorded);
  }
}

export const recorded = (row: EventRow): Recorded => ({
  position: row.position,
  stream: row.stream_id,
  version: row.version,
  id: row.event_id,
  type: row.type,
  data: row.data,
  metadata: row.metadata,
  recordedAt: row.recorded_at.toISOString(),
});
