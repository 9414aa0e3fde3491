import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { repeat } from '@syntropic/async';

/** Runs until the signal. Ending earlier, by a fault or without one, counts as a failure. */
export type Task = (signal: AbortSignal) => Promise<void>;

type Check = () => Promise<unknown>;

const BACK_OFF = { firstMs: 250, longestMs: 15_000 };

/** Runs a service's background tasks: they begin once the application is up, and have ended before it closes its connections. */
@Injectable()
export class Background implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(Background.name);
  readonly #stopping = new AbortController();
  readonly #tasks = new Map<string, Task>();
  readonly #checks: Check[] = [];
  readonly #optional: Check[] = [];
  readonly #failing = new Set<string>();
  #running: readonly Promise<void>[] = [];

  /** Registers a task before the application starts. The service is not ready while the check rejects. */
  add(name: string, task: Task, check?: Check): void {
    this.#tasks.set(name, task);
    if (check) this.#checks.push(check);
  }

  /** Registers a check that only degrades the service while it rejects. */
  addOptional(check: Check): void {
    this.#optional.push(check);
  }

  /** @throws when an optional check fails. */
  async checkOptional(): Promise<void> {
    await Promise.all(this.#optional.map((check) => check()));
  }

  /** @throws when a task keeps failing or is not ready. */
  async check(): Promise<void> {
    const [name] = this.#failing;
    if (name !== undefined) throw new Error(`${name} is failing`);
    await Promise.all(this.#checks.map((check) => check()));
  }

  onApplicationBootstrap(): void {
    this.#running = [...this.#tasks].map(([name, task]) => this.#keepRunning(name, task));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  /** Restarts a task that fails: tasks are safe to repeat, and a service without one of them would only look alive. */
  async #keepRunning(name: string, task: Task): Promise<void> {
    const { signal } = this.#stopping;
    const onFault = (error: unknown) => {
      this.#failing.add(name);
      this.#logger.error(`${name} failed and starts over`, { error });
    };

    await repeat(signal, { everyMs: BACK_OFF.firstMs, backOff: BACK_OFF, onFault }, async () => {
      const recovery = setTimeout(() => this.#failing.delete(name), BACK_OFF.longestMs);
      try {
        await task(signal);
      } finally {
        clearTimeout(recovery);
      }
      if (!signal.aborted) throw new Error(`${name} ended before it was stopped`);
    });
  }
}
