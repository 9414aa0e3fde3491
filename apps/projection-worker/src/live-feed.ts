import { executionFeedProjection } from '@syntropic/orchestration/read-model';
import { instant } from '@syntropic/postgres';
import type { CheckpointAnnouncement } from '@syntropic/projections';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';

type Entry = Readonly<{
  executionId: string;
  position: number;
  previous: number;
  type: string;
  data: object;
  recordedAt: string;
}>;

const AT_ONCE = 500;

/** Shows what the feed has just gained to whoever watches live. May lose frames: watchers look at the table for what they miss. */
export class LiveFeed {
  #shown: number | undefined;
  #head = 0;
  #showing = false;

  constructor(
    private readonly pool: Pool,
    private readonly nats: NatsConnection,
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** The feed's rows up to this checkpoint can be read. */
  advanced({ projection, position }: CheckpointAnnouncement): void {
    if (projection !== executionFeedProjection.name) return;
    this.#head = position;
    // What happened before this worker had the feed has been shown, or nobody watches it any more.
    this.#shown ??= position - 1;
    if (!this.#showing) void this.#show();
  }

  async #show(): Promise<void> {
    this.#showing = true;
    try {
      while (this.#shown !== undefined && this.#shown < this.#head) {
        const head = this.#head;
        const entries = await this.#entries(this.#shown, head);
        for (const entry of entries) this.#publish(entry);
        this.#shown = entries.length < AT_ONCE ? head : (entries.at(-1)?.position ?? head);
      }
    } catch (error) {
      this.#shown = undefined;
      this.onFault(error);
    } finally {
      this.#showing = false;
    }
  }

  /** What is too large for the bus is only pointed at, and read from the table. */
  #publish({ executionId, previous, ...event }: Entry): void {
    if (this.nats.isClosed()) return;
    const whole = JSON.stringify({ lane: 'domain', previous, events: [event] });
    const isTooLarge = Buffer.byteLength(whole) > (this.nats.info?.max_payload ?? Infinity);
    const pointer = JSON.stringify({ lane: 'domain', previous: event.position, events: [] });
    this.nats.publish(`live.${executionId}`, isTooLarge ? pointer : whole);
  }

  /** `previous` is the execution's event before: a watcher who has it needs no look at the table. */
  async #entries(after: number, upTo: number): Promise<readonly Entry[]> {
    const { rows } = await this.pool.query<Entry>(
      `select f.execution_id as "executionId", f.event_position as position, f.type, f.data,
              ${instant('f.recorded_at')} as "recordedAt",
              coalesce((select max(p.event_position) from ${executionFeedProjection.table} p
                         where p.execution_id = f.execution_id and p.event_position < f.event_position), 0) as previous
         from ${executionFeedProjection.table} f
        where f.feed_id > lpad($1::text, 16, '0') and f.feed_id <= lpad($2::text, 16, '0')
        order by f.feed_id limit $3`,
      [after, upTo, AT_ONCE],
    );
    return rows;
  }
}
