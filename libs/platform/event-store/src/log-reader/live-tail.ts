import type { Recorded } from '@syntropic/kernel';
import { LOG_HEAD, logPlaceOf, recordedOf } from '@syntropic/messaging';
import { AckPolicy, DeliverPolicy, nanos, type JsMsg, type Msg, type NatsConnection } from 'nats';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Head } from '../event-log';

const JETSTREAM = { checkAPI: false, timeout: 2_000 };
const RETRY_MS = 1_000;
const PULL_MS = 10_000;
const HEARTBEAT_MS = 2_000;
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
    while (!signal.aborted && !nats.isClosed()) {
      // A missing stream or an absent server is no reason to stop: the log is read in the meantime.
      await this.#consume(nats, signal).catch(() => undefined);
      this.#attached = false;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
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

  async #consume(nats: NatsConnection, signal: AbortSignal): Promise<void> {
    const manager = await nats.jetstreamManager(JETSTREAM);
    const { name } = await manager.consumers.add('DOMAIN', {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.New,
      inactive_threshold: nanos(3 * PULL_MS),
      mem_storage: true,
    });
    const consumer = await nats.jetstream(JETSTREAM).consumers.get('DOMAIN', name);
    const messages = await consumer.consume({
      callback: (message) => {
        this.#arrive(message);
      },
      max_messages: 1_000,
      expires: PULL_MS,
      idle_heartbeat: HEARTBEAT_MS,
      abort_on_missing_resource: true,
    });
    const stop = () => {
      messages.stop();
    };
    signal.addEventListener('abort', stop);

    this.#attached = true;
    // What was published before this consumer existed is in the log only.
    this.fallBehind();
    this.onNews();

    await messages.closed();
    signal.removeEventListener('abort', stop);
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
