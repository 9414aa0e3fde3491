import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@syntropic/kernel';
import { BACKENDS, SETTINGS } from '../injection-tokens';
import { Gate } from '../session';
import type { Backend, Limits } from '../workspaces';
import type { RunnerSettings } from './runner-settings';

const MEBIBYTE = 1024 ** 2;

type Wanted = Readonly<{ sessionId: string; backend: Backend; limits: Limits }>;

/** The memory that the workspaces of this runner may fill together: the sum of their limits stays within that of the machine. */
@Injectable()
export class MemoryRoom {
  readonly #gate = new Gate();
  readonly #taken = new Map<string, number>();
  #waiting = 0;
  /** The memory of a workspace with default limits. */
  #usual = 0;

  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<RunnerSettings, 'memoryBytes'>,
    @Inject(BACKENDS) private readonly backends: readonly Backend[],
  ) {}

  /** Asks the backends what a workspace with default limits may hold. To be called before sessions are claimed. */
  async prepare(backends: readonly string[]): Promise<void> {
    const offered = this.backends.filter(({ name }) => backends.includes(name));
    this.#usual = Math.max(0, ...(await Promise.all(offered.map((backend) => backend.memoryOf({})))));
  }

  /** True when another workspace with default limits fits, and none waits. A runner without workspaces has room for one. */
  isFree(): boolean {
    return this.#waiting === 0 && this.#fits(this.#usual);
  }

  /** Keeps the place of a session that was claimed, until its workspace takes what it may hold. */
  reserve(sessionId: string): void {
    this.#taken.set(sessionId, this.#usual);
  }

  /**
   * Waits until the workspace fits. The work order has been claimed by then, and no other is while it waits.
   * @throws DomainError `workspace.memory_not_held` for limits that never fit; the signal's reason when it is aborted
   */
  async take({ sessionId, backend, limits }: Wanted, signal: AbortSignal): Promise<void> {
    const bytes = await backend.memoryOf(limits);
    if (bytes > Math.max(this.settings.memoryBytes, this.#usual)) throw tooLarge(bytes, this.settings.memoryBytes);

    await this.#place(sessionId, bytes, signal);
    this.#taken.set(sessionId, bytes);
  }

  /** To be called when nothing of the session is left in the runner's processes. */
  release(sessionId: string): void {
    this.#taken.delete(sessionId);
    this.#gate.notify();
  }

  async #place(sessionId: string, bytes: number, signal: AbortSignal): Promise<void> {
    const onAbort = () => {
      this.#gate.notify();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting++;
    await this.#gate.wait(() => signal.aborted || this.#fits(bytes, sessionId));
    this.#waiting--;
    signal.removeEventListener('abort', onAbort);
    signal.throwIfAborted();
  }

  #fits(bytes: number, ownSession?: string): boolean {
    const others = [...this.#taken].filter(([sessionId]) => sessionId !== ownSession);
    const taken = others.reduce((sum, [, one]) => sum + one, 0);
    return taken === 0 || taken + bytes <= this.settings.memoryBytes;
  }
}

const tooLarge = (bytes: number, capacity: number): DomainError =>
  new DomainError(
    'workspace.memory_not_held',
    `the workspace may hold ${inMebibytes(bytes)} of memory, and those of this runner have ${inMebibytes(capacity)} together`,
    'conflict',
    'memoryBytes',
  );

const inMebibytes = (bytes: number) => `${Math.floor(bytes / MEBIBYTE)} MiB`;
