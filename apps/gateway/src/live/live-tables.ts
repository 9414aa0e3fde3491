import { Injectable } from '@nestjs/common';
import { BudgetReader, type LimitNow } from '@syntropic/budgets';
import type { DomainItem, TelemetryItem } from '@syntropic/live';
import { executionFeedProjection, executionProjection } from '@syntropic/orchestration/read-model';
import { instant } from '@syntropic/postgres';
import { TelemetryReader, type ExecutionTotals } from '@syntropic/telemetry';
import { Pool } from 'pg';
import type { LiveNumbers } from './live-event';
import { TERMINAL_EVENTS } from './terminal-events';

const FEED = executionFeedProjection.table;

const ITEM = `event_position as position, type, data,
  ${instant('recorded_at')} as "recordedAt"`;

/** Events read at once: so many, or as many as have these bytes together. */
const PAGE = 100;
const PAGE_BYTES = 4 * 1024 * 1024;

/** The first rows of a page that have at most the bytes of a page together; one row at least. */
const withinPage = (page: string, order: string): string =>
  `select * from (
     select *, sum(octet_length(data::text)) over sized as bytes, row_number() over sized as place
     from (${page} limit ${PAGE}) page window sized as (order by ${order})
   ) measured
   where bytes <= ${PAGE_BYTES} or place = 1`;

const AFTER_POSITION = withinPage(
  `select * from ${FEED} where execution_id = $1 and event_position > $2 order by event_position`,
  'event_position',
);

const ACTIVITY_AFTER = withinPage(
  `select * from ${FEED} where feed_id > lpad($1::text, 16, '0') and feed_id <= lpad($2::text, 16, '0') and type = any($3)
   order by feed_id`,
  'feed_id',
);

/** A domain event with its execution. */
export type Activity = DomainItem & Readonly<{ executionId: string }>;

/** The stored events behind live streams. */
@Injectable()
export class LiveTables {
  constructor(
    private readonly pool: Pool,
    private readonly telemetry: TelemetryReader,
    private readonly budgets: BudgetReader,
  ) {}

  /** The last numbers that the tables have of an execution; those before its end when it has ended. */
  async numbersOf(executionId: string): Promise<LiveNumbers> {
    const [feed, { events }] = await Promise.all([
      this.pool.query<{ position: number }>(
        `select coalesce(min(event_position) filter (where type = any($2)) - 1, max(event_position), 0) as position
         from ${FEED} where execution_id = $1`,
        [executionId, TERMINAL_EVENTS],
      ),
      this.totals(executionId),
    ]);
    return { position: feed.rows[0]?.position ?? 0, sequence: events };
  }

  /** The next domain events of an execution after a position, in order; none when there are no more. */
  async domainAfter(executionId: string, position: number): Promise<readonly DomainItem[]> {
    const { rows } = await this.pool.query<DomainItem>({
      name: 'live-domain-after',
      text: `select ${ITEM} from (${AFTER_POSITION}) page order by event_position`,
      values: [executionId, position],
    });
    return rows;
  }

  /** Its next telemetry after a sequence number, without a gap; none when there is no more. */
  async telemetryAfter(executionId: string, sequence: number): Promise<readonly TelemetryItem[]> {
    const events = await this.telemetry.after(executionId, sequence, PAGE, PAGE_BYTES);
    return events.flatMap(({ sequence: number, type, time, sessionId, phaseId, data }) =>
      number === null ? [] : [{ sequence: number, type, time, sessionId, phaseId, data }],
    );
  }

  totals(executionId: string): Promise<ExecutionTotals> {
    return this.telemetry.executionTotals(executionId);
  }

  /** The limits of its budget with their present amounts. */
  limits(executionId: string): Promise<readonly LimitNow[]> {
    return this.budgets.limitsOf(executionId);
  }

  quarantinedTelemetry(sessionIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.telemetry.quarantinedBySession(sessionIds);
  }

  /** The last event that the execution's row has folded. */
  async rowPosition(executionId: string): Promise<number> {
    const { rows } = await this.pool.query<{ position: number }>(
      `select position from ${executionProjection.table} where execution_id = $1`,
      [executionId],
    );
    return rows[0]?.position ?? 0;
  }

  /** The position of the execution's end, once its feed has it. */
  async endPosition(executionId: string): Promise<number | undefined> {
    const { rows } = await this.pool.query<{ position: number }>(
      `select event_position as position from ${FEED} where execution_id = $1 and type = any($2)`,
      [executionId, TERMINAL_EVENTS],
    );
    return rows[0]?.position;
  }

  /** The position of the last domain event of any execution. */
  async feedHead(): Promise<number> {
    const { rows } = await this.pool.query<{ position: number }>(
      `select event_position as position from ${FEED} order by feed_id desc limit 1`,
    );
    return rows[0]?.position ?? 0;
  }

  /** The next domain events of these types of all executions, after a position and up to another. */
  async activityAfter(after: number, upTo: number, types: readonly string[]): Promise<readonly Activity[]> {
    const { rows } = await this.pool.query<Activity>({
      name: 'live-activity-between',
      text: `select execution_id as "executionId", ${ITEM} from (${ACTIVITY_AFTER}) page order by feed_id`,
      values: [after, upTo, types],
    });
    return rows;
  }

  /** The number of telemetry events that each ended session of the execution has counted. */
  async countedTelemetry(executionId: string): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.pool.query<{ session: string; events: number }>(
      `select data ->> 'sessionId' as session, (data ->> 'telemetryEvents')::bigint as events
       from ${FEED} where execution_id = $1 and type = 'SessionCompleted'`,
      [executionId],
    );
    return new Map(rows.map(({ session, events }) => [session, events]));
  }
}
