/** Lets one loop wait for a notification. A notification that comes before the wait is not missed. */
export class Signal {
  #notified = false;
  #wake: (() => void) | undefined;

  notify(): void {
    this.#notified = true;
    this.#wake?.();
  }

  /** Until the next notification, at most this long, and no longer than `abort` allows. Resolves with true when notified. */
  async wait(ms: number, abort: AbortSignal): Promise<boolean> {
    if (!this.#notified && !abort.aborted) await this.#sleep(ms, abort);
    const notified = this.#notified;
    this.#notified = false;
    return notified;
  }

  async #sleep(ms: number, abort: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        abort.removeEventListener('abort', wake);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(wake, ms);
      abort.addEventListener('abort', wake);
      this.#wake = wake;
    });
  }
}
