import { setTimeout as wait } from 'node:timers/promises';
import type { AgentSignal } from '../workspaces';

/** The time an agent has to exit after a signal, before the next one is sent. */
export interface Graces {
  /** After its result, before SIGTERM. */
  readonly resultMs: number;
  /** After SIGINT, before SIGTERM. */
  readonly interruptMs: number;
  /** After SIGTERM, before SIGKILL. */
  readonly terminateMs: number;
}

/** The last signal sent to a leg's agent; `exit` for an agent that received none. */
export type LegEnd = 'exit' | 'INT' | 'TERM' | 'KILL';

/** Ends an agent by SIGINT, SIGTERM and SIGKILL, each after the previous signal's grace. */
export class GracefulKill {
  #legEnd: LegEnd = 'exit';
  #hasExited = false;
  readonly #exited: Promise<boolean>;

  constructor(
    private readonly signal: (signal: AgentSignal) => Promise<void>,
    exited: Promise<unknown>,
    private readonly graces: Graces,
  ) {
    const onExit = () => (this.#hasExited = true);
    this.#exited = exited.then(onExit, onExit);
  }

  get legEnd(): LegEnd {
    return this.#legEnd;
  }

  /** Resolves when the agent has exited or was killed. After a result, SIGINT would make it print another one. */
  async terminate(first: 'INT' | 'TERM' = 'INT'): Promise<void> {
    if (first === 'INT' && (await this.#exitsAfter('INT', this.graces.interruptMs))) return;
    if (await this.#exitsAfter('TERM', this.graces.terminateMs)) return;
    await this.kill();
  }

  /** Sends SIGKILL without any grace. */
  async kill(): Promise<void> {
    if (!this.#hasExited) this.#legEnd = 'KILL';
    await this.signal('SIGKILL');
  }

  /** True when no stronger signal is needed. */
  async #exitsAfter(signal: 'INT' | 'TERM', graceMs: number): Promise<boolean> {
    if (this.#hasExited || this.#legEnd === 'KILL') return true;
    this.#legEnd = signal;
    await this.signal(`SIG${signal}`);

    const graceOver = new AbortController();
    const grace = wait(graceMs, false, { signal: graceOver.signal }).catch(() => true);
    const isInTime = await Promise.race([this.#exited, grace]);
    graceOver.abort();
    return isInTime;
  }
}
