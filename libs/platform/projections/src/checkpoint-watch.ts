import type { NatsConnection, Subscription } from 'nats';
import { EventEmitter } from 'node:events';
import type { Pool } from 'pg';
import { announcedIn, ANNOUNCEMENTS, type CheckpointAnnouncement } from './announcement';
import { CHECKPOINT_COLUMNS, type Checkpoint } from './checkpoints';
import { otherEpoch, ReadModelBehind, type LogPosition } from './position';
import type { Projection } from './projection';

type Known = Readonly<Omit<CheckpointAnnouncement, 'projection' | 'version'> & { at: number }>;

const FRESH_MS = 1_000;
const TIMEOUT_MS = 2_000;
/** Waiting readers poll Postgres, because announcements may be lost. */
const POLL_MS = 100;

/** The checkpoints of the projections, as announced, or as read from Postgres at most a second ago. */
export class CheckpointWatch {
  readonly #known = new Map<string, Known>();
  readonly #news = new EventEmitter().setMaxListeners(0);
  readonly #subscription: Subscription | undefined;
  #reading: Promise<void> | undefined;

  constructor(
    private readonly pool: Pool,
    nats: NatsConnection | undefined,
  ) {
    this.#subscription = nats?.subscribe(ANNOUNCEMENTS, {
      callback: (error, message) => {
        if (error) return;
        for (const checkpoint of announcedIn(message)) this.learn(checkpoint);
      },
    });
  }

  close(): void {
    this.#subscription?.unsubscribe();
  }

  /** Called when the cache was lost: the known cache epochs may be outdated. */
  forget(): void {
    this.#known.clear();
  }

  /**
   * Takes over an announcement or a row. They may overtake each other: in one log, and in one cache
   * epoch, the higher position is the newer one.
   */
  learn({ projection, version, ...checkpoint }: CheckpointAnnouncement): void {
    const id = idOf({ name: projection, version });
    const known = this.#known.get(id);
    const isOlder = known?.storeEpoch === checkpoint.storeEpoch && known.position > checkpoint.position;
    if (isOlder) return;

    const cachedBefore = known?.cacheEpoch === checkpoint.cacheEpoch ? known.cachedPosition : 0;
    const cachedPosition = Math.max(checkpoint.cachedPosition, cachedBefore);
    this.#known.set(id, { ...checkpoint, cachedPosition, at: performance.now() });
    this.#news.emit(id);
  }

  async current(projection: Projection): Promise<Known> {
    const known = this.#fresh(projection);
    if (known) return known;

    await this.#read();
    const read = this.#known.get(idOf(projection));
    if (!read)
      throw new Error(`${projection.name} version ${projection.version} has no checkpoint: no worker knows it`);
    return read;
  }

  /** Waits until the projection has folded all events up to `minimum`. @throws ReadModelBehind when it takes too long. */
  async reach(projection: Projection, minimum: LogPosition): Promise<Known> {
    const deadline = performance.now() + TIMEOUT_MS;
    for (let known = await this.current(projection); ; known = await this.#next(projection)) {
      if (known.storeEpoch !== minimum.epoch) throw otherEpoch();
      if (known.position >= minimum.position) return known;
      if (performance.now() >= deadline) throw new ReadModelBehind(projection.name, minimum.position, known.position);
    }
  }

  async #next(projection: Projection): Promise<Known> {
    const id = idOf(projection);
    const before = this.#known.get(id);
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#news.off(id, done);
        resolve();
      };
      const timer = setTimeout(done, POLL_MS);
      this.#news.once(id, done);
    });
    if (this.#known.get(id) === before) await this.#read();
    return this.current(projection);
  }

  #fresh(projection: Projection): Known | undefined {
    const known = this.#known.get(idOf(projection));
    return known && performance.now() - known.at < FRESH_MS ? known : undefined;
  }

  /** One statement reads all checkpoints, for all concurrent callers. */
  #read(): Promise<void> {
    this.#reading ??= this.pool
      .query<Checkpoint>(`select ${CHECKPOINT_COLUMNS} from read.checkpoints`)
      .then(({ rows }) => {
        for (const row of rows) this.learn(row);
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }
}

const idOf = ({ name, version }: Pick<Projection, 'name' | 'version'>) => `${name}_v${version}`;
