export type PaceOptions = Readonly<{
  /** The time from one beginning to the next, in durations of the step. */
  times: number;
  leastMs: number;
  mostMs: number;
}>;

/**
 * How far apart a repeated step begins: several times as long as it last took. On a busy machine steps take longer, so they become fewer
 * and what arrives meanwhile travels together; on an idle one they follow each other closely.
 */
export class Pace {
  #began = Number.NEGATIVE_INFINITY;
  #spacingMs: number;

  constructor(private readonly options: PaceOptions) {
    this.#spacingMs = options.leastMs;
  }

  get spacingMs(): number {
    return this.#spacingMs;
  }

  /** The time until the next step may begin; 0 after a rest. */
  get waitMs(): number {
    return Math.max(0, this.#began + this.#spacingMs - performance.now());
  }

  begin(): void {
    this.#began = performance.now();
  }

  end(): void {
    const { times, leastMs, mostMs } = this.options;
    this.#spacingMs = Math.min(mostMs, Math.max(leastMs, times * (performance.now() - this.#began)));
  }
}
