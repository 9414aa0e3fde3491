import { Signal } from './signal';

export type PaceOptions = Readonly<{
  /** The time from one beginning to the next, in durations of the step. */
  times: number;
  leastMs: number;
  mostMs: number;
}>;

type Turn = Readonly<{
  /** A step that is worth its cost does not wait. */
  isLarge?: boolean;
  /** Ends the wait. */
  signal: AbortSignal;
}>;

/**
 * How far apart a repeated step begins: several times as long as it last took. On a busy machine steps take longer, so they become fewer
 * and what arrives meanwhile travels together; on an idle one they follow each other closely.
 */
export class Pace {
  #began = Number.NEGATIVE_INFINITY;
  #spacingMs: number;
  readonly #measured = new Signal();

  constructor(private readonly options: PaceOptions) {
    this.#spacingMs = options.leastMs;
  }

  /** Resolves when the next step may begin: at once after a rest. One turn is waited for at a time. */
  async turn({ isLarge = false, signal }: Turn): Promise<void> {
    if (isLarge) return;
    for (let waitMs = this.#waitMs; waitMs > 0 && !signal.aborted; waitMs = this.#waitMs) {
      // A step that ends meanwhile tells how long it took.
      await this.#measured.wait(waitMs, signal);
    }
  }

  /** Carries out a step, and measures it. While it is under way it counts as long. */
  async step<Result>(work: () => Promise<Result>): Promise<Result> {
    const { times, leastMs, mostMs } = this.options;
    const began = performance.now();
    this.#began = began;
    this.#spacingMs = mostMs;
    try {
      return await work();
    } finally {
      this.#spacingMs = Math.min(mostMs, Math.max(leastMs, times * (performance.now() - began)));
      this.#measured.notify();
    }
  }

  get #waitMs(): number {
    return this.#began + this.#spacingMs - performance.now();
  }
}
