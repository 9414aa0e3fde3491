import { repeat } from '@syntropic/async';
import type { ServerState } from '@syntropic/testing/servers';
import { setTimeout as delay } from 'node:timers/promises';

export interface Supervised {
  readonly name: string;
  /** Resolves with the cause of the end of its latest run. */
  readonly ended: Promise<string>;
  start(): Promise<void>;
  /** Asks for a clean end, and kills after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
  /** Absent: a process that runs counts as one that works. */
  check?(): Promise<ServerState>;
}

type IdleLimits = Readonly<{ checkMs: number; idleMs: number; graceMs: number }>;

const IDLE_LIMITS: IdleLimits = { checkMs: 1_000, idleMs: 15_000, graceMs: 5_000 };

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A process that ran this long does not fail at its start: the next pause is short again. */
const SETTLED_MS = 30_000;

/**
 * Restarts a process that ends by itself, after a pause that grows with repeated ends, and ends one that answers for long without
 * doing its work. A silent process is left alone: it may be frozen, and goes on.
 */
export class Supervisor {
  readonly #stopping = new AbortController();
  #starting: Promise<void> = Promise.resolve();
  #restarting: Promise<void> = Promise.resolve();
  #watching: Promise<void> = Promise.resolve();

  constructor(
    private readonly subject: Supervised,
    private readonly print: (line: string) => void,
    private readonly onStart: () => void,
    private readonly limits = IDLE_LIMITS,
  ) {}

  /** Rejects when the first start fails: a second one would fail as well. */
  async start(): Promise<void> {
    this.#starting = this.subject.start();
    await this.#starting;
    this.onStart();
    this.#restarting = this.#restart();
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.subject.stop();
    await Promise.allSettled([this.#starting, this.#restarting, this.#watching]);
    await this.subject.stop();
  }

  async #watch(): Promise<void> {
    const { subject, limits } = this;
    let idleSince: number | undefined;
    await repeat(this.#stopping.signal, { everyMs: limits.checkMs }, async () => {
      if ((await subject.check?.()) !== 'answers') {
        idleSince = undefined;
        return;
      }
      idleSince ??= performance.now();
      if (performance.now() - idleSince < limits.idleMs || this.#isStopping()) return;
      this.print(`${subject.name} answers and does not work: ending it`);
      await subject.stop(limits.graceMs);
      idleSince = undefined;
    });
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
