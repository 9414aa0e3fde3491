import { Injectable } from '@nestjs/common';
import { encodeLiveFrame, LiveFrameFaults, liveSubject, type DomainItem } from '@syntropic/live';
import { executionFeedProjection } from '@syntropic/orchestration/read-model';
import { instant } from '@syntropic/postgres';
import type { CheckpointAnnouncement } from '@syntropic/projections';
import { InjectLog, InjectNats } from '@syntropic/service';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import type { Logger } from 'pino';

type Entry = DomainItem & Readonly<{ executionId: string; previous: number }>;

const PAGE = 50;
/** Rows of a page beyond these bytes are read with the next one. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** Publishes the feed's new rows to live streams. Frames may be lost: streams read the table for missing ones. */
@Injectable()
export class LiveFeed {
  readonly #faults: LiveFrameFaults;
  #published: number | undefined;
  /** The epoch of the log that the positions count in. */
  #epoch: string | undefined;
  #head = 0;
  #isPublishing = false;

  constructor(
    private readonly pool: Pool,
    @InjectNats() private readonly nats: NatsConnection,
    @InjectLog() private readonly log: Logger,
  ) {
    this.#faults = new LiveFrameFaults((message, error) => {
      log.warn({ error }, message);
    });
  }

  /** The feed's rows up to its checkpoint, when it is among these, can be read. */
  advanced(checkpoints: readonly CheckpointAnnouncement[]): void {
    const checkpoint = checkpoints.find(({ projection }) => projection === executionFeedProjection.name);
    if (!checkpoint) return;
    const { position, storeEpoch } = checkpoint;
    if (storeEpoch !== this.#epoch) this.#published = undefined;
    this.#epoch = storeEpoch;
    this.#head = position;
    // Older rows were published by the worker that had the feed before.
    this.#published ??= position - 1;
    if (!this.#isPublishing) void this.#publishNew();
  }

  async #publishNew(): Promise<void> {
    this.#isPublishing = true;
    try {
      while (this.#published !== undefined && this.#published < this.#head) {
        const head = this.#head;
        const entries = await this.#entries(this.#published, head);
        for (const entry of entries) this.#publish(entry);
        this.#published = entries.at(-1)?.position ?? head;
      }
    } catch (error) {
      this.#published = undefined;
      this.log.warn({ error }, 'live frames were not sent');
    } finally {
      this.#isPublishing = false;
    }
  }

  #publish(entry: Entry): void {
    if (this.nats.isClosed()) return;
    const message = this.#faults.guard(() => messageOf(entry, this.nats.info?.max_payload ?? Infinity));
    if (message !== undefined) this.nats.publish(liveSubject(entry.executionId), message);
  }

  /** With `previous`, the position of the execution's event before: a stream that has sent it needs no look at the table. */
  async #entries(after: number, upTo: number): Promise<readonly Entry[]> {
    const { rows } = await this.pool.query<Entry>(
      `with page as (
         select * from ${executionFeedProjection.table}
          where feed_id > lpad($1::text, 16, '0') and feed_id <= lpad($2::text, 16, '0')
          order by feed_id limit $3
       ), sized as (
         select feed_id, sum(octet_length(data::text)) over (order by feed_id) - octet_length(data::text) as before from page
       )
       select f.execution_id as "executionId", f.event_position as position, f.type, f.data,
              ${instant('f.recorded_at')} as "recordedAt",
              coalesce((select max(p.event_position) from ${executionFeedProjection.table} p
                         where p.execution_id = f.execution_id and p.event_position < f.event_position), 0) as previous
         from page f join sized using (feed_id) where before < $4 order by f.feed_id`,
      [after, upTo, PAGE, PAGE_BYTES],
    );
    return rows;
  }
}

/** An event larger than `maxBytes` is only pointed at. */
function messageOf({ previous, position, type, data, recordedAt }: Entry, maxBytes: number): string {
  const message = encodeLiveFrame({ lane: 'domain', previous, events: [{ position, type, data, recordedAt }] });
  return Buffer.byteLength(message) <= maxBytes
    ? message
    : encodeLiveFrame({ lane: 'domain', previous: position, events: [] });
}
