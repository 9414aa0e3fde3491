import type { Recorded } from '@syntropic/kernel';
import { followStream, LOG_HEAD, logPositionOf, recordedOf, type DataRef } from '@syntropic/messaging';
import { AckPolicy, DeliverPolicy, type JsMsg, type Msg, type NatsConnection } from 'nats';
import { PAGE_BYTES, PAGE_EVENTS, type Head } from '../event-log';

/** The relay announces the head each second: after three seconds without it, arrived events no longer count as complete. */
const SILENCE_MS = 3_000;
/** Longer queues are read from the log later, where they cost no memory. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

type Arrived = Readonly<{ event: Recorded; bytes: number }>;

/**
 * New events of one epoch's log as the bus delivers them. When a message is missing, too large or late, `isCaughtUpAt` is false
 * and the log has to be read.
 */
export class LiveTail {
  #arrived: Arrived[] = [];
  #bytes = 0;
  /** The position up to which events were taken. */
  #taken = 0;
  #attached = false;
  #incomplete = true;
  #head = 0;
  #headReceivedAt = Number.NEGATIVE_INFINITY;
  #newEpoch: string | undefined;

  constructor(
    private readonly epoch: string,
    /** Called when there may be new events. */
    private readonly onArrival: () => void,
  ) {}

  /** Listens until the signal; a broken consumer is created again. */
  async listen(nats: NatsConnection, signal: AbortSignal): Promise<void> {
    const heads = nats.subscribe(LOG_HEAD, {
      callback: (_, message) => {
        this.#receiveHead(message);
      },
    });
    // A missing stream or server does not end the reading: events come from the log meanwhile.
    await followStream(
      nats,
      {
        stream: 'DOMAIN',
        consumer: { ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.New, mem_storage: true },
        maxInFlight: 1_000,
        onMessage: (message) => {
          this.#receive(message);
        },
        onAttached: () => {
          this.#attach();
        },
        onDetached: () => {
          this.#attached = false;
        },
      },
      signal,
    );
    if (!nats.isClosed()) heads.unsubscribe();
  }

  /** Another epoch that has replaced this one: the log was restored during the reading. */
  get newEpoch(): string | undefined {
    return this.#newEpoch;
  }

  /** Removes and returns a page of the arrived events that follow the position without a gap. */
  take(after: number): readonly Recorded[] {
    const first = this.#arrived.findIndex(({ event }) => event.position > after);
    this.#remove(first < 0 ? this.#arrived.length : first);
    if (this.#arrived[0] && this.#arrived[0].event.position > after + 1) this.markIncomplete();

    let bytes = 0;
    const beyond = this.#arrived.findIndex((arrived, index) => {
      bytes += arrived.bytes;
      return index === PAGE_EVENTS || (index > 0 && bytes > PAGE_BYTES);
    });
    const page = this.#remove(beyond < 0 ? this.#arrived.length : beyond).map(({ event }) => event);
    this.#taken = page.at(-1)?.position ?? after;
    return page;
  }

  /** True when the log certainly holds no later event that has not arrived here. */
  isCaughtUpAt(position: number): boolean {
    const isFresh = performance.now() - this.#headReceivedAt < SILENCE_MS;
    return this.#attached && isFresh && !this.#incomplete && this.#head <= position;
  }

  /** Called before a read of the log, which holds everything that has arrived: events are published only after they are recorded. */
  reset(): void {
    this.#clear();
    this.#head = 0;
    this.#incomplete = false;
  }

  /** Requires a read of the log, because events are missing here. */
  markIncomplete(): void {
    this.#clear();
    this.#incomplete = true;
  }

  #clear(): void {
    this.#arrived = [];
    this.#bytes = 0;
  }

  #remove(count: number): readonly Arrived[] {
    const removed = this.#arrived.splice(0, count);
    this.#bytes -= removed.reduce((sum, { bytes }) => sum + bytes, 0);
    return removed;
  }

  #attach(): void {
    this.#attached = true;
    // Events published before this consumer existed are in the log only.
    this.markIncomplete();
    this.onArrival();
  }

  #receive(message: JsMsg): void {
    if (logPositionOf(message.headers).epoch !== this.epoch) return;

    if (this.#isFull()) this.markIncomplete();
    else this.#add(recordedOf(message), message.data.length);
    this.onArrival();
  }

  #isFull(): boolean {
    return this.#arrived.length >= MAX_WAITING || this.#bytes >= MAX_WAITING_BYTES;
  }

  #add(event: Recorded | DataRef, bytes: number): void {
    const last = this.#arrived.at(-1)?.event;
    if ('dataref' in event) {
      this.markIncomplete();
    } else if (!last || event.position === last.position + 1) {
      this.#arrived.push({ event, bytes });
      this.#bytes += bytes;
    } else if (event.position > last.position) {
      this.markIncomplete();
    }
  }

  #receiveHead(message: Msg): void {
    const { position, epoch } = message.json<Head>();
    if (epoch === this.epoch) {
      // Also a late announcement of a former relay; the log says whether it went back.
      if (position < this.#taken) this.markIncomplete();
      this.#head = Math.max(this.#head, position);
      this.#headReceivedAt = performance.now();
    } else {
      this.#newEpoch = epoch;
    }
    this.onArrival();
  }
}
