import { setTimeout as wait } from 'node:timers/promises';

/** The time for which the lines of one session are gathered, for each session of the runner: a batch costs about the same for one line as for ten. */
const TIMES = { msPerSession: 1, leastMs: 10, mostMs: 250 };

/** The parts of that time by which an end may be late, to meet those of others. */
const PARTS = 4;

/** Ends the gathering of several sessions at common points of time, so that their batches share a message. */
export class Gathering {
  readonly #points = new Map<number, Promise<void>>();

  /** Resolves when the lines of one of so many sessions have been gathered. */
  of(sessions: number): Promise<void> {
    const { msPerSession, leastMs, mostMs } = TIMES;
    const forMs = Math.min(mostMs, Math.max(leastMs, msPerSession * sessions));
    // The points of a shorter grid are among those of a longer one.
    const gridMs = 2 ** Math.floor(Math.log2(forMs / PARTS));
    return this.#reached(Math.ceil((performance.now() + forMs) / gridMs) * gridMs);
  }

  #reached(point: number): Promise<void> {
    const known = this.#points.get(point);
    if (known) return known;
    const reached = wait(point - performance.now(), undefined, { ref: false }).then(() => {
      this.#points.delete(point);
    });
    this.#points.set(point, reached);
    return reached;
  }
}
