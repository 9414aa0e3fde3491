import { Injectable } from '@nestjs/common';
import { encodeLiveFrame, LiveFrameFaults, liveSubject, type DomainItem } from '@syntropic/live';
import { executionFeedProjection } from '@syntropic/orchestration/read-model';
import type { CheckpointAnnouncement, StoredRows } from '@syntropic/projections';
import { InjectLog, InjectNats } from '@syntropic/service';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import { FeedTable, type FeedRow } from './feed-table';
import { LastPositions } from './last-positions';

/** Commits whose rows wait in memory; those of earlier ones are read from the table. */
const MOST_COMMITS = 4;

/** The rows of a commit, and the position up to which they are all. */
type Page = Readonly<{ rows: readonly FeedRow[]; to: number }>;

/** Publishes the feed's new rows to live streams, as they were committed. Frames may be lost: streams read the table for missing ones. */
@Injectable()
export class LiveFeed {
  readonly #table: FeedTable;
  readonly #faults: LiveFrameFaults;
  #last: LastPositions;
  /** The rows of commits that wait, by the position before them. */
  readonly #commits = new Map<number, Page>();
  #published: number | undefined;
  /** The epoch of the log that the positions count in. */
  #epoch: string | undefined;
  #head = 0;
  #isPublishing = false;

  constructor(
    pool: Pool,
    @InjectNats() private readonly nats: NatsConnection,
    @InjectLog() private readonly log: Logger,
  ) {
    this.#table = new FeedTable(pool);
    this.#last = new LastPositions(this.#table);
    this.#faults = new LiveFrameFaults((message, error) => {
      log.warn({ error }, message);
    });
  }

  /** The feed's rows up to its checkpoint, when it is among these, can be read. */
  advanced(checkpoints: readonly CheckpointAnnouncement[], stored: readonly StoredRows[]): void {
    const checkpoint = checkpoints.find(({ projection }) => projection === executionFeedProjection.name);
    if (!checkpoint) return;
    const { position, storeEpoch } = checkpoint;
    if (storeEpoch !== this.#epoch) this.#startOver();
    this.#epoch = storeEpoch;
    this.#head = position;
    const commit = stored.find(({ owned }) => owned.projection.name === executionFeedProjection.name);
    // Older rows were published by the worker that had the feed before.
    this.#published ??= commit?.from ?? position - 1;
    if (commit && this.#commits.size < MOST_COMMITS) this.#commits.set(commit.from, pageOf(commit));
    if (!this.#isPublishing) void this.#publishNew();
  }

  async #publishNew(): Promise<void> {
    this.#isPublishing = true;
    try {
      while (this.#published !== undefined && this.#published < this.#head) {
        const { rows, to } = await this.#next(this.#published);
        const previous = await this.#last.before(rows, this.#published);
        rows.forEach((row, index) => {
          this.#publish(row, previous[index] ?? 0);
        });
        this.#published = to;
      }
    } catch (error) {
      this.#startOver();
      this.log.warn({ error }, 'live frames were not sent');
    } finally {
      this.#isPublishing = false;
    }
  }

  async #next(after: number): Promise<Page> {
    const commit = this.#commits.get(after);
    for (const from of this.#commits.keys()) if (from <= after) this.#commits.delete(from);
    if (commit) return commit;

    const head = this.#head;
    const rows = await this.#table.page(after, head);
    return { rows, to: rows.at(-1)?.position ?? head };
  }

  #startOver(): void {
    this.#published = undefined;
    this.#commits.clear();
    this.#last = new LastPositions(this.#table);
  }

  #publish({ executionId, ...item }: FeedRow, previous: number): void {
    if (this.nats.isClosed()) return;
    const message = this.#faults.guard(() => messageOf(item, previous, this.nats.info?.max_payload ?? Infinity));
    if (message !== undefined) this.nats.publish(liveSubject(executionId), message);
  }
}

type FeedColumns = NonNullable<typeof executionFeedProjection.shape> & Readonly<{ data: FeedRow['data'] }>;

/** The feed has a row for each event, in their order. */
const pageOf = ({ changed, to }: StoredRows): Page => ({
  to,
  rows: [...changed.values()].flatMap(({ row }) => {
    if (!row) return [];
    // Only the feed's own fold makes its rows.
    const feed = row as FeedColumns;
    const { type, data, recorded_at: recordedAt } = feed;
    return [{ executionId: feed.execution_id, position: feed.event_position, type, data, recordedAt }];
  }),
});

/** An event larger than `maxBytes` is only pointed at. */
function messageOf(item: DomainItem, previous: number, maxBytes: number): string {
  const message = encodeLiveFrame({ lane: 'domain', previous, events: [item] });
  return Buffer.byteLength(message) <= maxBytes
    ? message
    : encodeLiveFrame({ lane: 'domain', previous: item.position, events: [] });
}
