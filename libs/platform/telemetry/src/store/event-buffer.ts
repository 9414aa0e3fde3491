import type { TelemetryBatch } from '../telemetry-batch';
import type { StoredBatch, TelemetryStore } from './telemetry-store';

/** The buffer holds as much as it may: try again when the store has caught up. */
export class BufferFull extends Error {
  override readonly name = 'BufferFull';

  constructor() {
    super('the telemetry buffer is full');
  }
}

export interface EventBufferOptions {
  /** Events that may wait at once. */
  readonly capacity?: number;
  /** Events that one flush writes at most, unless a single batch has more. */
  readonly flushSize?: number;
}

type Waiting = Readonly<{
  batch: TelemetryBatch;
  resolve: (stored: StoredBatch) => void;
  reject: (error: unknown) => void;
}>;

const CAPACITY = 20_000;
const FLUSH_SIZE = 2_000;

/** Group commit: a batch is written at once when nothing is being written, else with all that came meanwhile. */
export class EventBuffer {
  readonly #capacity: number;
  readonly #flushSize: number;
  #waiting: Waiting[] = [];
  #held = 0;
  #isFlushing = false;

  constructor(
    private readonly store: TelemetryStore,
    { capacity = CAPACITY, flushSize = FLUSH_SIZE }: EventBufferOptions = {},
  ) {
    this.#capacity = capacity;
    this.#flushSize = flushSize;
  }

  /** Resolves when the batch is durable. Rejects with `BufferFull` without taking it, or with the fault of the store. */
  async submit(batch: TelemetryBatch): Promise<StoredBatch> {
    if (this.#held > 0 && this.#held + batch.events.length > this.#capacity) throw new BufferFull();

    this.#held += batch.events.length;
    const stored = new Promise<StoredBatch>((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
    });
    if (!this.#isFlushing) void this.#flush();
    return stored;
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true;
    // One turn of the event loop, so that those who were just answered ride along.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) await this.#write(this.#next());
    this.#isFlushing = false;
  }

  #next(): Waiting[] {
    let events = 0;
    const beyond = this.#waiting.findIndex(({ batch }, index) => {
      events += batch.events.length;
      return index > 0 && events > this.#flushSize;
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
      this.#held -= flush.reduce((events, { batch }) => events + batch.events.length, 0);
    }
  }
}
