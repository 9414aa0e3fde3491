import type { Workspace } from '../workspaces';
import type { Countdown } from './countdown';
import { Turnstile } from './turnstile';

/** Why a workspace stands still: somebody paused it, or the runner does not know whether it still holds the lease. */
export type Reason = 'paused' | 'lease_in_doubt';

/** Freezes a workspace as long as there is any reason to, and its time with it. */
export class Stillness {
  readonly #reasons = new Set<Reason>();
  readonly #turnstile = new Turnstile();
  #frozen = false;
  #over = false;
  /** Freezing and thawing take their turn: each looks at the reasons of its moment. */
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly workspace: Pick<Workspace, 'freeze' | 'thaw'>,
    private readonly countdown: Countdown,
  ) {}

  has(reason: Reason): boolean {
    return this.#reasons.has(reason);
  }

  /** Resolves when nothing in the workspace runs any more. */
  begin(reason: Reason): Promise<void> {
    if (!this.#over) this.#reasons.add(reason);
    return this.#settle();
  }

  /** Resolves when the workspace runs again, or stays still for another reason. */
  end(reason: Reason): Promise<void> {
    this.#reasons.delete(reason);
    return this.#settle();
  }

  /** There is no standing still any more: the agent is being ended. */
  endForGood(): Promise<void> {
    this.#over = true;
    this.#reasons.clear();
    return this.#settle();
  }

  /** Resolves when there is no reason to stand still. */
  passed(): Promise<void> {
    return this.#turnstile.until(() => this.#reasons.size === 0);
  }

  #settle(): Promise<void> {
    const settled = this.#turn.then(() => this.#follow());
    this.#turn = settled.catch(() => undefined);
    return settled;
  }

  async #follow(): Promise<void> {
    const wanted = this.#reasons.size > 0;
    if (wanted && !this.#frozen) {
      await this.workspace.freeze();
      this.countdown.stop();
      this.#frozen = true;
    } else if (!wanted && this.#frozen) {
      await this.workspace.thaw();
      if (!this.#over) this.countdown.start();
      this.#frozen = false;
    }
    this.#turnstile.turn();
  }
}
