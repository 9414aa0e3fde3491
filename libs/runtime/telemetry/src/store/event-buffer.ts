import { Pace, type PaceOptions } from '@syntropic/async';
import type { TelemetryBatch } from '../telemetry-batch';
import type { StoredBatch, TelemetryStore } from './telemetry-store';

/** The buffer has reached its capacity: retry when the store has caught up. */
export class BufferFull extends Error {
  override readonly name = 'BufferFull';

  constructor() {
    super('the telemetry buffer is full');
  }
}

export interface EventBufferOptions {
  /** Events that may wait at once. */
  readonly capacity?: number;
  /** Bytes that may wait at once. */
  readonly capacityBytes?: number;
  /** Events that one flush writes at most, unless a single batch has more. */
  readonly flushSize?: number;
  /** Bytes that one flush writes at most, unless a single batch has more. */
  readonly flushBytes?: number;
  /** How far apart flushes begin, unless one is large. */
  readonly pace?: PaceOptions;
}

type Size = Readonly<{ events: number; bytes: number }>;

/** A batch, and the bytes as which it came. */
type SizedBatch = Readonly<{ batch: TelemetryBatch; bytes: number }>;

type StoringBatch = Readonly<{
  /** Resolves when the batch is durable; rejects with the fault of the store. */
  stored: Promise<StoredBatch>;
}>;

type Waiting = Readonly<{
  batch: TelemetryBatch;
  size: Size;
  resolve: (stored: StoredBatch) => void;
  reject: (error: unknown) => void;
}>;

const CAPACITY = 20_000;
const CAPACITY_BYTES = 16 * 1024 * 1024;
const FLUSH_SIZE = 2_000;
const FLUSH_BYTES = 4 * 1024 * 1024;

/** A flush costs the store about the same for one event as for ten; with so much waiting, it is worth its cost. */
const PACE = { times: 4, leastMs: 0, mostMs: 200 };
const LARGE: Size = { events: 99, bytes: 256 * 1024 };

/** Group commit: an idle buffer writes a batch at once, a busy one writes all batches that arrived meanwhile together. */
export class EventBuffer {
  readonly #capacity: Size;
  readonly #flush: Size;
  #waiting: Waiting[] = [];
  #size: Size = NOTHING;
  #isFlushing = false;
  readonly #pace: Pace;
  readonly #stopping = new AbortController();

  constructor(
    private readonly store: TelemetryStore,
    {
      capacity = CAPACITY,
      capacityBytes = CAPACITY_BYTES,
      flushSize = FLUSH_SIZE,
      flushBytes = FLUSH_BYTES,
      pace = PACE,
    }: EventBufferOptions = {},
  ) {
    this.#capacity = { events: capacity, bytes: capacityBytes };
    this.#flush = { events: flushSize, bytes: flushBytes };
    this.#pace = new Pace(pace);
  }

  /** Resolves when the batch, which came as so many bytes, is durable. Rejects with `BufferFull` without taking it, or with the fault of the store. */
  async submit(batch: TelemetryBatch, bytes: number): Promise<StoredBatch> {
    const sized = { batch, bytes };
    this.#admit(sizeOf(sized));
    return this.#take(sized);
  }

  /**
   * Takes all batches of a message, or none: taken one by one, the last would find a full buffer at each delivery. Each settles by itself.
   * @throws BufferFull
   */
  submitAll<Sized extends SizedBatch>(batches: readonly Sized[]): readonly (Sized & StoringBatch)[] {
    this.#admit(batches.map(sizeOf).reduce(sum, NOTHING));
    return batches.map((sized) => ({ ...sized, stored: this.#take(sized) }));
  }

  /** Nest's first shutdown hook: flushes wait for nothing from now on. */
  onModuleDestroy(): void {
    this.#stopping.abort();
  }

  #admit(size: Size): void {
    if (this.#size.bytes > 0 && exceeds(sum(this.#size, size), this.#capacity)) throw new BufferFull();
  }

  #take(sized: SizedBatch): Promise<StoredBatch> {
    const size = sizeOf(sized);
    this.#size = sum(this.#size, size);
    const stored = new Promise<StoredBatch>((resolve, reject) => {
      this.#waiting.push({ batch: sized.batch, size, resolve, reject });
    });
    if (!this.#isFlushing) void this.#flushAll();
    return stored;
  }

  async #flushAll(): Promise<void> {
    this.#isFlushing = true;
    // One turn of the event loop, to include batches of callers that were just answered.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      await this.#pace.turn({ isLarge: exceeds(this.#size, LARGE), signal: this.#stopping.signal });
      await this.#pace.step(() => this.#write(this.#next()));
    }
    this.#isFlushing = false;
  }

  #next(): Waiting[] {
    let flush = NOTHING;
    const beyond = this.#waiting.findIndex(({ size }, index) => {
      flush = sum(flush, size);
      return index > 0 && exceeds(flush, this.#flush);
    });
    return this.#waiting.splice(0, beyond < 0 ? this.#waiting.length : beyond);
  }

  async #write(flush: readonly Waiting[]): Promise<void> {
    try {
      const stored = await this.store.insert(flush.map(({ batch }) => batch));
      flush.forEach(({ resolve }, index) => {
        const own = stored[index];
        if (own) resolve(own);
      });
    } catch (error) {
      for (const { reject } of flush) reject(error);
    } finally {
      const { events, bytes } = flush.map(({ size }) => size).reduce(sum, NOTHING);
      this.#size = { events: this.#size.events - events, bytes: this.#size.bytes - bytes };
    }
  }
}

const NOTHING: Size = { events: 0, bytes: 0 };

const sizeOf = ({ batch, bytes }: SizedBatch): Size => ({ events: batch.events.length, bytes });

const sum = (one: Size, other: Size): Size => ({ events: one.events + other.events, bytes: one.bytes + other.bytes });

const exceeds = (size: Size, limit: Size): boolean => size.events > limit.events || size.bytes > limit.bytes;
