import { setTimeout as delay } from 'node:timers/promises';

export interface Supervised {
  readonly name: string;
  /** Resolves with how its latest run ended. */
  readonly ended: Promise<string>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** Whoever ran this long is not failing at its start: the next pause is short again. */
const SETTLED_MS = 30_000;

/** Keeps a process running: starts it again whenever it ends by itself, after a pause that grows while it keeps ending. */
export class Supervisor {
  private readonly stopping = new AbortController();
  private starting: Promise<void> = Promise.resolve();
  private keeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly subject: Supervised,
    private readonly say: (line: string) => void,
    private readonly onStart: () => void,
  ) {}

  /** The first start may fail: then something is wrong that no second one would mend. */
  async start(): Promise<void> {
    this.starting = this.subject.start();
    await this.starting;
    this.onStart();
    this.keeping = this.keep();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.subject.stop();
    await Promise.allSettled([this.starting, this.keeping]);
    await this.subject.stop();
  }

  private async keep(): Promise<void> {
    const { name } = this.subject;
    let pause = FIRST_PAUSE_MS;
    for (;;) {
      const startedAt = Date.now();
      const how = await this.subject.ended;
      if (this.isStopping()) return;

      pause = Date.now() - startedAt > SETTLED_MS ? FIRST_PAUSE_MS : pause;
      this.say(`${name} ended (${how}): starting it again`);
      await delay(pause, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.isStopping()) return;

      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      await this.subject.start().then(this.onStart, (error: unknown) => {
        this.say(`${name} did not start: ${String(error)}`);
      });
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }
}
