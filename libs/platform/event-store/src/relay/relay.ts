import { AGAIN, repeat, Signal } from '@syntropic/async';
import { LOG_APPENDED, LOG_HEAD } from '@syntropic/messaging';
import { Leadership, type LeadershipOptions, type Term } from '@syntropic/postgres';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';
import type { EventLog, Head } from '../event-log';
import { DomainStream, isStreamConflict, type DomainStreamOptions } from './domain-stream';
import { RELAY, RelayPosition } from './relay-position';

export type RelayOptions = DomainStreamOptions & LeadershipOptions;

const PIPELINE = 256;
const POLL_MS = 250;
const ANNOUNCE_MS = 1_000;
const BACK_OFF = { firstMs: 250, longestMs: 1_000 };

/** The last published position, and the end of the stream; without it the stream has to be read first. */
type Progress = Readonly<{ position: number; end?: Readonly<{ epoch: string; sequence: number }> }>;

/** Publishes the log on the bus, every event in order. One relay at a time does; the stream refuses a second writer. */
export class Relay {
  readonly #stream: DomainStream;
  readonly #position: RelayPosition;
  readonly #leadership: Leadership;
  readonly #onFault: (error: unknown) => void;

  constructor(
    pool: Pool,
    private readonly log: EventLog,
    private readonly nats: NatsConnection,
    options: RelayOptions,
  ) {
    this.#stream = new DomainStream(nats, options);
    this.#position = new RelayPosition(pool);
    this.#leadership = new Leadership(pool, RELAY, options);
    this.#onFault = options.onFault ?? (() => undefined);
  }

  /** Publishes until the signal, while this process holds the lease. */
  run(signal: AbortSignal): Promise<void> {
    return this.#leadership.lead((term) => this.#relay(term), signal);
  }

  async #relay({ owner, signal }: Term): Promise<void> {
    const appends = new Signal();
    const subscription = this.nats.subscribe(LOG_APPENDED, {
      callback: () => {
        appends.notify();
      },
    });
    try {
      let progress: Progress = { position: await this.#position.load() };
      let announceAt = 0;
      const onFault = (error: unknown) => {
        progress = { position: progress.position };
        this.#onFault(error);
      };

      await repeat(signal, { everyMs: POLL_MS, wake: appends, backOff: BACK_OFF, onFault }, async () => {
        if (performance.now() >= announceAt) {
          announceAt = performance.now() + ANNOUNCE_MS;
          progress = await this.#announce(progress, owner);
        }
        const advanced = await this.#advance(progress);
        progress = advanced ?? progress;
        return advanced && AGAIN;
      });
    } finally {
      if (!this.nats.isClosed()) subscription.unsubscribe();
    }
  }

  /** Publishes the log's head, records the relay's position, and creates streams that are missing. */
  async #announce(progress: Progress, owner: string): Promise<Progress> {
    const head = await this.log.head();
    this.nats.publish(LOG_HEAD, JSON.stringify(head satisfies Head));
    await this.#position.save({ position: progress.position, epoch: head.epoch }, owner);
    await this.#stream.ensure().catch(this.#onFault);

    const isSameLog = progress.end?.epoch === head.epoch;
    return isSameLog ? progress : { position: Math.min(progress.position, head.position) };
  }

  /** Reads the end of the stream, or publishes the next events. Resolves with undefined when there are none. */
  async #advance({ position, end }: Progress): Promise<Progress | undefined> {
    if (!end) return this.#resume(position);

    const { events } = await this.log.read(position, PIPELINE);
    const last = events.at(-1);
    if (!last) return undefined;

    try {
      const sequence = await this.#stream.publish(events, end.epoch, end.sequence);
      return { position: last.position, end: { ...end, sequence } };
    } catch (error) {
      if (isStreamConflict(error)) return { position };
      throw error;
    }
  }

  /** Continues after the stream's last message. A last message that is not in this log makes the whole stream invalid. */
  async #resume(position: number): Promise<Progress> {
    const { sequence, last } = await this.#stream.end();
    // Read after the stream's end: the head then includes everything published.
    const head = await this.log.head();
    const end = { epoch: head.epoch, sequence };
    if (!last) return { position, end };
    if (last.epoch === head.epoch && last.position <= head.position) return { position: last.position, end };

    await this.#stream.purge();
    return { position, end };
  }
}
