import type { HoldReason } from '../session-socket';
import type { Workspace } from '../workspaces';
import { Gate } from './gate';
import type { PausableTimer } from './pausable-timer';

/** Freezes a workspace and its timers while there is at least one reason to. */
export class WorkspaceFreezer {
  readonly #reasons = new Set<HoldReason>();
  readonly #gate = new Gate();
  #isFrozen = false;
  #isClosed = false;
  /** Serializes freezing and thawing: each step acts on the reasons that exist when it begins. */
  #lastStep: Promise<void> = Promise.resolve();

  constructor(
    private readonly workspace: Pick<Workspace, 'freeze' | 'thaw'>,
    private readonly timers: readonly Pick<PausableTimer, 'start' | 'stop'>[],
  ) {}

  has(reason: HoldReason): boolean {
    return this.#reasons.has(reason);
  }

  /** Resolves when all processes of the workspace have stopped. */
  freeze(reason: HoldReason): Promise<void> {
    if (!this.#isClosed) this.#reasons.add(reason);
    return this.#apply();
  }

  /** Resolves when the workspace runs again, or stays frozen for another reason. */
  thaw(reason: HoldReason): Promise<void> {
    this.#reasons.delete(reason);
    return this.#apply();
  }

  /** Thaws the workspace of an agent that is being ended, and ignores later reasons. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#reasons.clear();
    return this.#apply();
  }

  /** Resolves when no reason to freeze is left. */
  waitForThaw(): Promise<void> {
    return this.#gate.wait(() => this.#reasons.size === 0);
  }

  #apply(): Promise<void> {
    const step = this.#lastStep.then(() => this.#freezeOrThaw());
    this.#lastStep = step.catch(() => undefined);
    return step;
  }

  async #freezeOrThaw(): Promise<void> {
    const hasReason = this.#reasons.size > 0;
    if (hasReason && !this.#isFrozen) {
      await this.#freezeWithTimers();
      this.#isFrozen = true;
    } else if (!hasReason && this.#isFrozen) {
      await this.workspace.thaw();
      for (const timer of this.#isClosed ? [] : this.timers) timer.start();
      this.#isFrozen = false;
    }
    this.#gate.notify();
  }

  /** Timers stop first: one that ran out while processes are being stopped would end an agent that is held. */
  async #freezeWithTimers(): Promise<void> {
    for (const timer of this.timers) timer.stop();
    try {
      await this.workspace.freeze();
    } catch (error) {
      for (const timer of this.timers) timer.start();
      throw error;
    }
  }
}
