/** `setTimeout` fires at once for a longer delay. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** A timeout that counts only the time between `start` and `stop`. */
export class PausableTimer {
  #remainingMs: number;
  #timeout: NodeJS.Timeout | undefined;
  #startedAtMs = 0;

  constructor(
    durationMs: number,
    private readonly onExpired: () => void,
  ) {
    this.#remainingMs = durationMs;
  }

  start(): void {
    if (this.#timeout) return;
    this.#startedAtMs = performance.now();
    this.#timeout = setTimeout(
      () => {
        this.stop();
        if (this.#remainingMs > 0) this.start();
        else this.onExpired();
      },
      Math.min(this.#remainingMs, LONGEST_TIMEOUT_MS),
    );
  }

  stop(): void {
    if (!this.#timeout) return;
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    this.#remainingMs = Math.max(0, this.#remainingMs - (performance.now() - this.#startedAtMs));
  }
}
