import type { DomainItem } from '@syntropic/live';
import { executionFeedProjection } from '@syntropic/orchestration/read-model';
import { instant } from '@syntropic/postgres';
import type { Pool } from 'pg';

/** An event of the feed. */
export type FeedRow = DomainItem & Readonly<{ executionId: string }>;

const PAGE = 50;
/** Rows of a page beyond these bytes are read with the next one. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** Reads the feed of executions. */
export class FeedTable {
  constructor(private readonly pool: Pool) {}

  /** The first rows of these positions. */
  async page(after: number, upTo: number): Promise<readonly FeedRow[]> {
    const { rows } = await this.pool.query<FeedRow>(
      `with page as (
         select * from ${executionFeedProjection.table}
          where feed_id > lpad($1::text, 16, '0') and feed_id <= lpad($2::text, 16, '0')
          order by feed_id limit $3
       ), sized as (
         select feed_id, sum(octet_length(data::text)) over (order by feed_id) - octet_length(data::text) as before from page
       )
       select f.execution_id as "executionId", f.event_position as position, f.type, f.data,
              ${instant('f.recorded_at')} as "recordedAt"
         from page f join sized using (feed_id) where before < $4 order by f.feed_id`,
      [after, upTo, PAGE, PAGE_BYTES],
    );
    return rows;
  }

  /** The position of each execution's last row up to here; absent where there is none. */
  async lastPositions(executions: readonly string[], upTo: number): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.pool.query<Readonly<{ execution: string; position: number }>>(
      `select execution, position from unnest($1::text[]) execution, lateral (
         select event_position as position from ${executionFeedProjection.table}
          where execution_id = execution and event_position <= $2 order by event_position desc limit 1) last`,
      [executions, upTo],
    );
    return new Map(rows.map(({ execution, position }) => [execution, position]));
  }
}
