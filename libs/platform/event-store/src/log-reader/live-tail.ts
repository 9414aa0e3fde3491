import type { Recorded } from '@syntropic/kernel';
import { followStream, LOG_HEAD, logPlaceOf, recordedOf } from '@syntropic/messaging';
import { AckPolicy, DeliverPolicy, type JsMsg, type Msg, type NatsConnection } from 'nats';
import type { Head } from '../event-log';

/** The relay announces the head each second: after three without it, nothing that the bus says counts as complete. */
const SILENCE_MS = 3_000;
/** Longer queues are for the log, where they cost no memory. */
const MAX_WAITING = 10_000;

/**
 * What the bus says about one epoch's log from now on. It never claims more than it knows:
 * where a message is missing, too large or too late, `isLevelWith` is false, and the log has the answer.
 */
export class LiveTail {
  #arrived: Recorded[] = [];
  #attached = false;
  #incomplete = true;
  #head = 0;
  #headHeardAt = Number.NEGATIVE_INFINITY;
  #successor: string | undefined;

  constructor(
    private readonly epoch: string,
    /** Called when there may be something new. */
    private readonly onNews: () => void,
  ) {}

  /** Listens until the signal; what breaks is set up again. */
  async listen(nats: NatsConnection, signal: AbortSignal): Promise<void> {
    const heads = nats.subscribe(LOG_HEAD, {
      callback: (_, message) => {
        this.#hearHead(message);
      },
    });
    // A missing stream or an absent server is no reason to stop: the log is read in the meantime.
    await followStream(
      nats,
      {
        stream: 'DOMAIN',
        consumer: { ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.New, mem_storage: true },
        atOnce: 1_000,
        onMessage: (message) => {
          this.#arrive(message);
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

  /** Another epoch that has taken this one's place: the log was restored while we were reading it. */
  get successor(): string | undefined {
    return this.#successor;
  }

  /** What follows the position without a gap, as far as it has arrived. */
  take(after: number, limit: number): readonly Recorded[] {
    const first = this.#arrived.findIndex(({ position }) => position > after);
    this.#arrived = first < 0 ? [] : this.#arrived.slice(first);
    if (this.#arrived[0] && this.#arrived[0].position > after + 1) this.fallBehind();
    return this.#arrived.splice(0, limit);
  }

  /** Whether the log certainly holds nothing after this position that has not arrived here. */
  isLevelWith(position: number): boolean {
    const isHeard = performance.now() - this.#headHeardAt < SILENCE_MS;
    return this.#attached && isHeard && !this.#incomplete && this.#head <= position;
  }

  /** The log is about to be read: it holds whatever has arrived so far, because only what is in it is published. */
  startOver(): void {
    this.#arrived = [];
    this.#head = 0;
    this.#incomplete = false;
  }

  /** What has arrived is not all there is. */
  fallBehind(): void {
    this.#arrived = [];
    this.#incomplete = true;
  }

  #attach(): void {
    this.#attached = true;
    // What was published before this consumer existed is in the log only.
    this.fallBehind();
    this.onNews();
  }

  #arrive(message: JsMsg): void {
    if (logPlaceOf(message.headers).epoch !== this.epoch) return;

    const event = recordedOf(message);
    const last = this.#arrived.at(-1);
    if ('dataref' in event || this.#arrived.length >= MAX_WAITING) this.fallBehind();
    else if (!last || event.position === last.position + 1) this.#arrived.push(event);
    else if (event.position > last.position) this.fallBehind();
    this.onNews();
  }

  #hearHead(message: Msg): void {
    const { position, epoch } = message.json<Head>();
    if (epoch === this.epoch) {
      this.#head = Math.max(this.#head, position);
      this.#headHeardAt = performance.now();
    } else {
      this.#successor = epoch;
    }
    this.onNews();
  }
}
