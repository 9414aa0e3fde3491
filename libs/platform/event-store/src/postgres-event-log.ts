import type { Metadata, Recorded } from '@syntropic/kernel';
import type { Pool } from 'pg';
import { PAGE_BYTES, PAGE_EVENTS, type EventLog, type Head, type LogPage } from './event-log';

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

type LogPageRow = Readonly<{ head: number; epoch: string; behind: string | null }> &
  (EventRow | Readonly<{ position: null }>);

export const NO_HEAD = 'the log has no head: it was never initialised';

/** The log in Postgres. Every read is one statement, so it sees one state of the log. */
export class PostgresEventLog implements EventLog {
  constructor(private readonly pool: Pool) {}

  async read(after: number, limit = PAGE_EVENTS): Promise<LogPage> {
    const { rows } = await this.pool.query<LogPageRow>({
      name: 'log-page',
      text: `
        select head.position as head, head.store_epoch as epoch, event.*,
               (select event_id from log.events where position = $1) as behind
        from log.log_head head left join log.page_after($1, $2, $3) event on true
        order by event.position`,
      values: [after, limit, PAGE_BYTES],
    });
    const [first] = rows;
    if (!first) throw new Error(NO_HEAD);
    const events = rows.flatMap((row) => (row.position === null ? [] : [recorded(row)]));
    return { events, head: { position: first.head, epoch: first.epoch }, behind: first.behind ?? undefined };
  }

  async head(): Promise<Head> {
    const { rows } = await this.pool.query<Head>('select position, store_epoch as epoch from log.log_head');
    const [head] = rows;
    if (!head) throw new Error(NO_HEAD);
    return head;
  }

  async readStream(stream: string, afterVersion: number, limit = PAGE_EVENTS): Promise<readonly Recorded[]> {
    const { rows } = await this.pool.query<EventRow>({
      name: 'log-stream-page',
      text: 'select * from log.stream_page_after($1, $2, $3, $4)',
      values: [stream, afterVersion, limit, PAGE_BYTES],
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
