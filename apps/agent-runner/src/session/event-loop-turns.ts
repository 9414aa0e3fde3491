/** Milliseconds of work between two turns of the event loop. */
const SLICE_MS = 8;

/** Divides the event loop among tasks that never wait for anything else: one of them works for a slice in each turn. */
class EventLoopTurns {
  readonly #waiting: (() => void)[] = [];
  #sliceBegan = performance.now();

  /** To be awaited between short steps: returns at once within a slice, otherwise in a later turn. */
  async next(): Promise<void> {
    if (this.#waiting.length === 0 && performance.now() - this.#sliceBegan < SLICE_MS) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(this.#wakeNext);
    });
  }

  readonly #wakeNext = () => {
    this.#sliceBegan = performance.now();
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(this.#wakeNext);
  };
}

/** The turns of all sessions of this process. */
export const eventLoopTurns = new EventLoopTurns();
