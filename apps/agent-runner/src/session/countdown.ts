/** The longest time that a timer takes; above it, it would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Time that can stand still. */
export class Countdown {
  #timer: NodeJS.Timeout | undefined;
  #startedAtMs = 0;

  constructor(
    private remainingMs: number,
    private readonly expire: () => void,
  ) {}

  start(): void {
    if (this.#timer) return;
    this.#startedAtMs = performance.now();
    this.#timer = setTimeout(
      () => {
        this.stop();
        if (this.remainingMs > 0) this.start();
        else this.expire();
      },
      Math.min(this.remainingMs, LONGEST_TIMER_MS),
    );
  }

  stop(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.remainingMs = Math.max(0, this.remainingMs - (performance.now() - this.#startedAtMs));
  }
}
