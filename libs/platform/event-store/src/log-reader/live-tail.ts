import type { Recorded } from '@syntropic/kernel';
import { followStream, LOG_HEAD, logPositionOf, recordedOf } from '@syntropic/messaging';
import { AckPolicy, DeliverPolicy, type JsMsg, type Msg, type NatsConnection } from 'nats';
import type { Head } from '../event-log';

/** The relay announces the head each second: after three seconds without it, arrived events no longer count as complete. */
const SILENCE_MS = 3_000;
/** Longer queues are read from the log later, where they cost no memory. */
const MAX_WAITING = 10_000;

/**
 * New events of one epoch's log as the bus delivers them. When a message is missing, too large or late, `isCaughtUpAt` is false
 * and the log has to be read.
 */
export class LiveTail {
  #arrived: Recorded[] = [];
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

  /** Removes and returns the arrived events that follow the position without a gap. */
  take(after: number, limit: number): readonly Recorded[] {
    const first = this.#arrived.findIndex(({ position }) => position > after);
    this.#arrived = first < 0 ? [] : this.#arrived.slice(first);
    if (this.#arrived[0] && this.#arrived[0].position > after + 1) this.markIncomplete();
    return this.#arrived.splice(0, limit);
  }

  /** True when the log certainly holds no later event that has not arrived here. */
  isCaughtUpAt(position: number): boolean {
    const isFresh = performance.now() - this.#headReceivedAt < SILENCE_MS;
    return this.#attached && isFresh && !this.#incomplete && this.#head <= position;
  }

  /** Called before a read of the log, which holds everything that has arrived: events are published only after they are recorded. */
  reset(): void {
    this.#arrived = [];
    this.#head = 0;
    this.#incomplete = false;
  }

  /** Requires a read of the log, because events are missing here. */
  markIncomplete(): void {
    this.#arrived = [];
    this.#incomplete = true;
  }

  #attach(): void {
    this.#attached = true;
    // Events published before this consumer existed are in the log only.
    this.markIncomplete();
    this.onArrival();
  }

  #receive(message: JsMsg): void {
    if (logPositionOf(message.headers).epoch !== this.epoch) return;

    const event = recordedOf(message);
    const last = this.#arrived.at(-1);
    if ('dataref' in event || this.#arrived.length >= MAX_WAITING) this.markIncomplete();
    else if (!last || event.position === last.position + 1) this.#arrived.push(event);
    else if (event.position > last.position) this.markIncomplete();
    this.onArrival();
  }

  #receiveHead(message: Msg): void {
    const { position, epoch } = message.json<Head>();
    if (epoch === this.epoch) {
      this.#head = Math.max(this.#head, position);
      this.#headReceivedAt = performance.now();
    } else {
      this.#newEpoch = epoch;
    }
    this.onArrival();
  }
}
