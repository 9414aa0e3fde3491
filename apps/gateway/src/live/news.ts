/** Lets one waiter sleep until there is something new. What is told while nobody waits counts for the next wait. */
export class News {
  #told = false;
  #wake: (() => void) | undefined;

  tell(): void {
    this.#told = true;
    this.#wake?.();
  }

  /** Whether something was told within these milliseconds; false also when the signal came first. */
  async within(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#told && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          this.#wake = undefined;
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done);
        this.#wake = done;
      });
    }
    const wasTold = this.#told;
    this.#told = false;
    return wasTold;
  }
}
