/** Pieces of work come in bursts: a shorter time shows no rate. */
const SHORTEST_MS = 250;
/** After this time earlier work counts half. */
const HALF_MS = 2_000;

/** Measures how fast a queue is worked off, while it is never empty. */
export class ThroughputMeter {
  #since = performance.now();
  #done = 0;

  /** Forgets what it has measured: the queue was empty meanwhile. */
  restart(): void {
    this.#since = performance.now();
    this.#done = 0;
  }

  count(): void {
    this.#done++;
    const now = performance.now();
    const elapsed = now - this.#since;
    if (elapsed < HALF_MS) return;
    this.#since = now - elapsed / 2;
    this.#done /= 2;
  }

  /** The time for this much work; undefined until the rate is known. */
  msFor(work: number): number | undefined {
    const elapsed = performance.now() - this.#since;
    return elapsed < SHORTEST_MS || this.#done === 0 ? undefined : (elapsed / this.#done) * work;
  }
}
