/** Lets those wait who need something to become true; whoever changes it turns the stile. */
export class Turnstile {
  #waiting: (() => void)[] = [];

  turn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }
}
