import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';

/** Goes on until the signal; ending before that, in whatever way, is a fault. */
export type Task = (signal: AbortSignal) => Promise<void>;

type Check = () => Promise<unknown>;

const FIRST_BACK_OFF_MS = 250;
const LONGEST_BACK_OFF_MS = 15_000;

/** What a service does besides answering: begins once it is up, and has ended before it goes. */
@Injectable()
export class Background implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Background.name);
  private readonly stopping = new AbortController();
  private readonly tasks = new Map<string, Task>();
  private readonly checks: Check[] = [];
  private readonly failing = new Map<string, unknown>();
  private running: readonly Promise<void>[] = [];

  /** To be called while the application is put together. A check that rejects says that the service is not ready. */
  add(name: string, task: Task, check?: Check): void {
    this.tasks.set(name, task);
    if (check) this.checks.push(check);
  }

  /** @throws when a task keeps failing or is not ready. */
  async check(): Promise<void> {
    const [name] = this.failing.keys();
    if (name !== undefined) throw new Error(`${name} is failing`);
    await Promise.all(this.checks.map((check) => check()));
  }

  onApplicationBootstrap(): void {
    this.running = [...this.tasks].map(([name, task]) => this.keepGoing(name, task));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  /** A task that fails starts over: what it does is safe to repeat, and a service that gave up on it would only look alive. */
  private async keepGoing(name: string, task: Task): Promise<void> {
    const { signal } = this.stopping;
    let backOffMs = FIRST_BACK_OFF_MS;

    while (!signal.aborted) {
      const startedAt = performance.now();
      const settled = setTimeout(() => this.failing.delete(name), LONGEST_BACK_OFF_MS);
      try {
        await task(signal);
      } catch (error) {
        this.failing.set(name, error);
        this.logger.error(`${name} failed and starts over`, { error });
      } finally {
        clearTimeout(settled);
      }
      if (performance.now() - startedAt > LONGEST_BACK_OFF_MS) backOffMs = FIRST_BACK_OFF_MS;
      await pause(backOffMs, undefined, { signal }).catch(() => undefined);
      backOffMs = Math.min(backOffMs * 2, LONGEST_BACK_OFF_MS);
    }
  }
}
