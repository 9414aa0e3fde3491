import { setTimeout as delay } from 'node:timers/promises';

export interface Supervised {
  readonly name: string;
  /** Resolves with the cause of the end of its latest run. */
  readonly ended: Promise<string>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A process that ran this long does not fail at its start: the next pause is short again. */
const SETTLED_MS = 30_000;

/** Restarts a process that ends by itself, after a pause that grows with repeated ends. */
export class Supervisor {
  readonly #stopping = new AbortController();
  #starting: Promise<void> = Promise.resolve();
  #restarting: Promise<void> = Promise.resolve();

  constructor(
    private readonly subject: Supervised,
    private readonly print: (line: string) => void,
    private readonly onStart: () => void,
  ) {}

  /** Rejects when the first start fails: a second one would fail as well. */
  async start(): Promise<void> {
    this.#starting = this.subject.start();
    await this.#starting;
    this.onStart();
    this.#restarting = this.#restart();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.subject.stop();
    await Promise.allSettled([this.#starting, this.#restarting]);
    await this.subject.stop();
  }

  async #restart(): Promise<void> {
    const { name } = this.subject;
    let pause = FIRST_PAUSE_MS;
    for (;;) {
      const startedAt = Date.now();
      const cause = await this.subject.ended;
      if (this.#isStopping()) return;

      pause = Date.now() - startedAt > SETTLED_MS ? FIRST_PAUSE_MS : pause;
      this.print(`${name} ended (${cause}): starting it again`);
      await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#isStopping()) return;

      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      await this.subject.start().then(this.onStart, (error: unknown) => {
        this.print(`${name} did not start: ${String(error)}`);
      });
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }
}
