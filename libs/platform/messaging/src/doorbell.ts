/** Waits for news, and does not miss what came while nobody waited. For one waiter. */
export class Doorbell {
  #rung = false;
  #answer: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#answer?.();
  }

  /** Until the next ring, at most this long, and no longer than the signal allows. Answers whether it rang. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#rung && !signal.aborted) await this.#listen(ms, signal);
    const rang = this.#rung;
    this.#rung = false;
    return rang;
  }

  async #listen(ms: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#answer = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      this.#answer = done;
    });
  }
}
