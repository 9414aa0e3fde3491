import { setTimeout as wait } from 'node:timers/promises';
import type { AgentSignal } from '../workspaces';

export interface Graces {
  /** How long an agent has to end after SIGINT, before SIGTERM. */
  readonly interruptMs: number;
  /** How long after SIGTERM, before SIGKILL. */
  readonly terminateMs: number;
}

export type LegEnd = 'exit' | 'INT' | 'TERM' | 'KILL';

/** Asks an agent to end, ever more firmly. The last signal that was sent is what ended it, if it did not end by itself. */
export class Ending {
  #last: LegEnd = 'exit';
  #over = false;
  readonly #ended: Promise<boolean>;

  constructor(
    private readonly send: (signal: AgentSignal) => Promise<void>,
    ended: Promise<unknown>,
    private readonly graces: Graces,
  ) {
    const over = () => (this.#over = true);
    this.#ended = ended.then(over, over);
  }

  get legEnd(): LegEnd {
    return this.#last;
  }

  async gently(): Promise<void> {
    if (await this.#tried('INT', this.graces.interruptMs)) return;
    if (await this.#tried('TERM', this.graces.terminateMs)) return;
    await this.atOnce();
  }

  async atOnce(): Promise<void> {
    if (!this.#over) this.#last = 'KILL';
    await this.send('SIGKILL');
  }

  /** Whether nothing firmer is needed. */
  async #tried(step: 'INT' | 'TERM', graceMs: number): Promise<boolean> {
    if (this.#over || this.#last === 'KILL') return true;
    this.#last = step;
    await this.send(`SIG${step}`);

    const patience = new AbortController();
    const waited = wait(graceMs, false, { signal: patience.signal }).catch(() => true);
    const inTime = await Promise.race([this.#ended, waited]);
    patience.abort();
    return inTime;
  }
}
