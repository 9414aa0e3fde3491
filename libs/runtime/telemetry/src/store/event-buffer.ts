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

/** Group commit: an idle buffer writes a batch at once, a busy one writes all batches that arrived meanwhile together. */
export class EventBuffer {
  readonly #capacity: number;
  readonly #flushSize: number;
  #waiting: Waiting[] = [];
  #size = 0;
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
    if (this.#size > 0 && this.#size + batch.events.length > this.#capacity) throw new BufferFull();

    this.#size += batch.events.length;
    const stored = new Promise<StoredBatch>((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
    });
    if (!this.#isFlushing) void this.#flush();
    return stored;
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true;
    // One turn of the event loop, to include batches of callers that were just answered.
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
      this.#size -= flush.reduce((events, { batch }) => events + batch.events.length, 0);
    }
  }
}
