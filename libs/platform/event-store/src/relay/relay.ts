import { AGAIN, Pace, repeat, Signal, type PaceOptions } from '@syntropic/async';
import type { Recorded } from '@syntropic/kernel';
import { LOG_APPENDED, LOG_HEAD } from '@syntropic/messaging';
import { Leadership, type LeadershipOptions, type Term } from '@syntropic/postgres';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';
import type { EventLog, Head, LogPage } from '../event-log';
import { LogRestored, type LogPlace } from '../log-place';
import { DomainStream, isStreamConflict, type DomainStreamOptions } from './domain-stream';
import { LogEpochs } from './log-epochs';
import { RecentEvents } from './recent-events';
import { RELAY, RelayPosition } from './relay-position';
import { sharedPosition } from './shared-position';

export type RelayOptions = DomainStreamOptions &
  LeadershipOptions &
  Readonly<{
    /** What this process has appended itself. */
    recent?: RecentEvents;
    /** How far apart pages begin, unless the page before has left some behind. */
    pace?: PaceOptions;
  }>;

const PIPELINE = 256;
/** A page costs about the same for one event as for ten. */
const PACE = { times: 2, leastMs: 0, mostMs: 50 };
const POLL_MS = 250;
const ANNOUNCE_MS = 1_000;
const BACK_OFF = { firstMs: 250, longestMs: 1_000 };

/** The last published event, and the stream's last sequence; without it the stream has to be read first. */
type Progress = Readonly<{ place: LogPlace; sequence?: number }>;

/** `isLevel`: everything that the log held was published, and the next append is announced. */
type Step = Readonly<{ progress: Progress; isLevel: boolean }>;

/** Publishes the log on the bus, every event in order. One relay at a time does; the stream refuses a second writer. */
export class Relay {
  readonly #stream: DomainStream;
  readonly #position: RelayPosition;
  readonly #epochs: LogEpochs;
  readonly #leadership: Leadership;
  readonly #recent: RecentEvents;
  readonly #pace: PaceOptions;
  readonly #onFault: (error: unknown) => void;

  constructor(
    pool: Pool,
    private readonly log: EventLog,
    private readonly nats: NatsConnection,
    options: RelayOptions,
  ) {
    this.#stream = new DomainStream(nats, options);
    this.#position = new RelayPosition(pool);
    this.#epochs = new LogEpochs(pool);
    this.#leadership = new Leadership(pool, RELAY, options);
    this.#recent = options.recent ?? new RecentEvents();
    this.#pace = options.pace ?? PACE;
    this.#onFault = options.onFault ?? (() => undefined);
  }

  /** Publishes until the signal, while this process holds the lease. */
  run(signal: AbortSignal): Promise<void> {
    return this.#leadership.lead((term) => this.#relay(term), signal);
  }

  async #relay({ owner, signal }: Term): Promise<void> {
    const appends = new Signal();
    const wake = () => {
      appends.notify();
    };
    const subscription = this.nats.subscribe(LOG_APPENDED, { callback: wake });
    const unlisten = this.#recent.listen(wake);
    try {
      let progress: Progress = { place: await this.#position.load() };
      let announceAt = 0;
      const pace = new Pace(this.#pace);
      let isLevel = true;
      const onFault = (error: unknown) => {
        progress = { place: progress.place };
        this.#onFault(error);
      };

      await repeat(signal, { everyMs: POLL_MS, wake: appends, backOff: BACK_OFF, onFault }, async () => {
        if (performance.now() >= announceAt) {
          announceAt = performance.now() + ANNOUNCE_MS;
          progress = await this.#announce(progress, owner);
        }
        await pace.turn({ isLarge: !isLevel, signal });
        ({ progress, isLevel } = await pace.step(() => this.#advance(progress)));
        return isLevel ? undefined : AGAIN;
      });
    } finally {
      unlisten();
      if (!this.nats.isClosed()) subscription.unsubscribe();
    }
  }

  /** Publishes the log's head, records the relay's position, and creates streams that are missing. */
  async #announce(progress: Progress, owner: string): Promise<Progress> {
    const head = await this.log.head();
    this.nats.publish(LOG_HEAD, JSON.stringify(head satisfies Head));
    const announced = progress.place.epoch === head.epoch ? progress : { place: placeIn(head, progress) };
    await this.#position.save(announced.place, owner);
    await this.#stream.ensure().catch(this.#onFault);
    return announced;
  }

  /** Reads the end of the stream, or publishes the next events. */
  async #advance(progress: Progress): Promise<Step> {
    const { place, sequence } = progress;
    if (sequence === undefined) return { progress: await this.#resume(place), isLevel: false };

    const recent = this.#recent.after(place, PIPELINE);
    if (recent.length > 0) return this.#publish(recent, { place, sequence }, (reached) => this.#recent.endsAt(reached));

    const { head, ...page } = await this.log.read(place.position, PIPELINE);
    if (head.epoch !== place.epoch) return { progress: { place: placeIn(head, progress) }, isLevel: false };
    if (isLost({ head, ...page }, place)) return { progress: await this.#beginEpoch(place), isLevel: false };

    if (page.events.length === 0) return { progress, isLevel: true };
    return this.#publish(page.events, { place, sequence }, (reached) => reached.position === head.position);
  }

  async #publish(
    events: readonly Recorded[],
    { place, sequence }: Required<Progress>,
    isLevel: (reached: LogPlace) => boolean,
  ): Promise<Step> {
    const { position = place.position, id: event } = events.at(-1) ?? {};
    try {
      const published = await this.#stream.publish(events, place.epoch, sequence);
      const reached = { epoch: place.epoch, position, event };
      return { progress: { place: reached, sequence: published }, isLevel: isLevel(reached) };
    } catch (error) {
      if (isStreamConflict(error)) return { progress: { place }, isLevel: false };
      throw error;
    }
  }

  /** Continues after the stream's last message. A last message of another epoch makes the whole stream invalid. */
  async #resume(place: LogPlace): Promise<Progress> {
    const { sequence, last } = await this.#stream.end();
    if (!last) return { place, sequence };

    // Read after the stream's end: the log then includes everything published.
    const page = await this.log.read(last.position, 1);
    if (last.epoch === page.head.epoch) return isLost(page, last) ? this.#beginEpoch(last) : { place: last, sequence };
    await this.#stream.purge();
    return { place, sequence };
  }

  /** The log lacks an event that was published: it was restored, or an older copy took its place. */
  async #beginEpoch({ epoch, position: seen }: LogPlace): Promise<Progress> {
    const shared = await sharedPosition(await this.#stream.history(), this.log);
    await this.#epochs.begin({ epoch, shared, seen });
    this.#onFault(new LogRestored(`it went back from ${seen}, and shares the events up to ${shared} with its past`));
    return { place: { epoch, position: shared } };
  }
}

const isLost = ({ head, behind }: LogPage, { position, event }: LogPlace): boolean =>
  head.position < position || (event !== undefined && behind !== event);

/** Positions of another epoch are behind what both share, or the function that began this one has moved them. */
const placeIn = ({ epoch, position }: Head, { place }: Progress): LogPlace => ({
  epoch,
  position: Math.min(place.position, position),
});
