import { Doorbell, LOG_APPENDED, LOG_HEAD } from '@syntropic/messaging';
import { Leadership, type LeadershipOptions, type Term } from '@syntropic/postgres';
import type { NatsConnection } from 'nats';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { EventLog, Head } from '../event-log';
import { DomainStream, isAnotherEnd, type DomainStreamOptions } from './domain-stream';
import { RELAY, RelayPosition } from './relay-position';

export type RelayOptions = DomainStreamOptions & LeadershipOptions;

const PIPELINE = 256;
const LOOK_MS = 250;
const ANNOUNCE_MS = 1_000;
const RETRY_MS = 500;

/** How far the log is published, and where that is in the stream; unknown when the stream has to be looked at first. */
type Progress = Readonly<{ position: number; place?: Readonly<{ epoch: string; sequence: number }> }>;

/** Brings the log to the bus, every event in order. One relay at a time does: the stream refuses a second. */
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

  /** Publishes until the signal, whenever the lease is ours. */
  run(signal: AbortSignal): Promise<void> {
    return this.#leadership.lead((term) => this.#relay(term), signal);
  }

  async #relay({ owner, signal }: Term): Promise<void> {
    const news = new Doorbell();
    const appended = this.nats.subscribe(LOG_APPENDED, {
      callback: () => {
        news.ring();
      },
    });
    try {
      let progress: Progress = { position: await this.#position.load() };
      let announceAt = 0;
      while (!signal.aborted) {
        if (performance.now() >= announceAt) {
          announceAt = performance.now() + ANNOUNCE_MS;
          progress = await this.#announce(progress, owner);
        }
        const advanced = await this.#advance(progress, signal);
        if (advanced) progress = advanced;
        else await news.wait(LOOK_MS, signal);
      }
    } finally {
      if (!this.nats.isClosed()) appended.unsubscribe();
    }
  }

  /** Tells readers how far the log reaches, writes down how far it is published, and puts back what streams have gone. */
  async #announce(progress: Progress, owner: string): Promise<Progress> {
    const head = await this.log.head();
    this.nats.publish(LOG_HEAD, JSON.stringify(head satisfies Head));
    await this.#position.save({ position: progress.position, epoch: head.epoch }, owner);
    await this.#stream.ensure().catch(this.#onFault);

    const isSameLog = progress.place?.epoch === head.epoch;
    return isSameLog ? progress : { position: Math.min(progress.position, head.position) };
  }

  /** One step: finds its place, or publishes what there is; undefined when there is nothing. */
  async #advance({ position, place }: Progress, signal: AbortSignal): Promise<Progress | undefined> {
    try {
      if (!place) return await this.#find(position);

      const events = await this.log.read(position, PIPELINE);
      const last = events.at(-1);
      if (!last) return undefined;

      const sequence = await this.#stream.publish(events, place.epoch, place.sequence);
      return { position: last.position, place: { ...place, sequence } };
    } catch (error) {
      if (!isAnotherEnd(error)) {
        this.#onFault(error);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
      return { position };
    }
  }

  /** The stream's last message says where to go on. One that this log cannot have led to makes the whole stream worthless. */
  async #find(position: number): Promise<Progress> {
    const { sequence, last } = await this.#stream.end();
    // Read after the stream's end: what is published then lies below it.
    const head = await this.log.head();
    const place = { epoch: head.epoch, sequence };
    if (!last) return { position, place };
    if (last.epoch === head.epoch && last.position <= head.position) return { position: last.position, place };

    await this.#stream.purge();
    return { position, place };
  }
}
