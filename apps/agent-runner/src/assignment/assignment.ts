import { DomainError, type Lease } from '@syntropic/kernel';
import type { Control, WorkOrder } from '@syntropic/orchestration/contracts';
import { reasonOf } from '../session';
import type { LeaseHolder } from '../work/leases';
import type { LeasedSession } from './leased-session';
import { LeaseLost } from './leased-commands';
import { SessionCommands } from './session-commands';
import { SessionController } from './session-controller';
import { SessionMessages } from './session-messages';
import { SessionLimits } from './session-limits';
import type { SessionLifecycle } from './session-lifecycle';
import { SessionBudget } from './session-budget';
import type { CommandClient } from '@syntropic/messaging';

type AssignmentOptions = Readonly<{
  runner: string;
  client: CommandClient;
  lifecycle: SessionLifecycle;
  pauseHoldMs: number;
  limitPauseMs: number;
  onFault: (error: unknown) => void;
}>;

/** One session that this runner has claimed, until its lease is released or lost. */
export class Assignment implements LeaseHolder {
  readonly lease: Lease;
  readonly #leaseLost = new AbortController();
  readonly #session: LeasedSession;

  constructor(
    order: WorkOrder,
    private readonly options: AssignmentOptions,
  ) {
    const { runner, client, pauseHoldMs, limitPauseMs } = options;
    this.lease = { sessionId: order.sessionId, token: order.token };
    const leaseLost = this.#leaseLost.signal;
    const commands = new SessionCommands(order, { client, runner, lease: this.lease, leaseLost });
    const onFault = (error: unknown) => {
      this.#onFault(error);
    };
    const controller = new SessionController({
      holdPhase: (yieldPoint, holdId) => commands.holdPhase(yieldPoint, holdId),
      resumePhase: (holdId) => commands.resumePhase(holdId),
      pauseHoldMs,
      onFault,
    });
    const budget = order.isBudgeted && new SessionBudget(commands, onFault);
    const messages = new SessionMessages(commands, order, onFault);
    const limits = new SessionLimits(commands, { pauseFromMs: limitPauseMs, onFault });
    this.#session = { order, commands, controller, messages, limits, leaseLost, ...(budget && { budget }) };
  }

  /** The time at which the agent was held because of a pause; undefined while it may run. */
  get heldSince(): number | undefined {
    return this.#session.controller.heldSince;
  }

  setControl(control: Control, asOf: number): void {
    this.#session.controller.setControl(control, asOf);
  }

  announceMessages(asOf: number): void {
    this.#session.messages.announce(asOf);
  }

  leaseUncertain(): void {
    this.#session.controller.leaseUncertain();
  }

  leaseConfirmed(): void {
    this.#session.controller.leaseConfirmed();
  }

  leaseLost(): void {
    this.#leaseLost.abort();
    this.#session.controller.leaseLost();
  }

  leave(): void {
    this.#session.controller.leave();
  }

  shutDown(): void {
    this.#session.controller.shutDown();
  }

  parkForSlot(): void {
    this.#session.controller.parkForSlot();
  }

  /** Resolves when no process of the session is left here. A directory that is left is cleaned up later. */
  async work(): Promise<void> {
    const { commands, controller, leaseLost } = this.#session;
    try {
      await commands.releaseWork(await this.#run());
    } catch (error) {
      if (!leaseLost.aborted) this.#onFault(error);
    } finally {
      controller.end();
    }
  }

  /** A fault on the way is reported as the session's end: a silent runner would leave it to the expiry of its lease. */
  async #run(): Promise<'closed' | 'parked'> {
    const { commands, leaseLost } = this.#session;
    try {
      return await this.options.lifecycle.run(this.#session);
    } catch (error) {
      if (leaseLost.aborted || error instanceof LeaseLost) throw error;
      this.#onFault(error);
      const errorType = error instanceof DomainError ? 'account_refused' : 'runner_failed';
      await commands.failSession(reasonOf(error), errorType);
      return 'closed';
    }
  }

  #onFault(error: unknown): void {
    if (!(error instanceof LeaseLost)) this.options.onFault(error);
  }
}
