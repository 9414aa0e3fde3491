import { DomainError } from '@syntropic/kernel';
import type { Control, YieldPoint } from '@syntropic/orchestration/contracts';
import { setTimeout as wait } from 'node:timers/promises';
import type { ControlledRun } from '../session';

/** The reason for which a runner parks an agent: one that is held, or any when it is `requested`. */
type ParkReason = 'hold_expired' | 'shutdown' | 'slot_needed' | 'requested' | 'limit';

type ControllerOptions = Readonly<{
  /** Sends `HoldPhase` for an agent that stands still. `holdId` distinguishes the holds of one leg. */
  holdPhase: (yieldPoint: YieldPoint, holdId: string) => Promise<void>;
  /** Sends `ResumePhase` for an agent that runs again after this hold. */
  resumePhase: (holdId: string) => Promise<void>;
  /** The time a held agent stays in memory before it is parked. */
  pauseHoldMs: number;
  onFault: (error: unknown) => void;
}>;

type Hold = Readonly<{ ended: AbortController; id: string }>;

/** Applies the requested control to a session's run, also when it is requested before the run has started or while it changes state. */
export class SessionController {
  readonly #stopRequested = new AbortController();
  readonly #parkWithdrawn = new AbortController();
  #run: ControlledRun | undefined;
  #requested: Readonly<{ control: Control; asOf: number }> = { control: 'run', asOf: 0 };
  #isLeaseUncertain = false;
  #isLeaving = false;
  #isShuttingDown = false;
  #parkReason: ParkReason | undefined;
  /** Present while the agent stands still because of a pause. */
  #hold: Hold | undefined;
  #heldSince: number | undefined;
  #holds = 0;

  constructor(private readonly options: ControllerOptions) {}

  /** Aborted when the session is cancelled or the runner shuts down: no agent is started any more. */
  get stopRequested(): AbortSignal {
    return this.#stopRequested.signal;
  }

  get isCancelled(): boolean {
    return this.#requested.control === 'cancel';
  }

  /** True when the session is to stand still, or to be parked. */
  get isPauseRequested(): boolean {
    return !this.isCancelled && this.#requested.control !== 'run';
  }

  /** Aborted when a session that is being parked is resumed or cancelled. */
  get parkWithdrawn(): AbortSignal {
    return this.#parkWithdrawn.signal;
  }

  get isShuttingDown(): boolean {
    return this.#isShuttingDown;
  }

  get parkReason(): ParkReason {
    return this.#parkReason ?? 'hold_expired';
  }

  /** The time (`performance.now()`) at which the hold was recorded in the log; undefined while the agent may run. */
  get heldSince(): number | undefined {
    return this.#heldSince;
  }

  /** A later run of the leg takes the place of an earlier one, which has ended. */
  begin(run: ControlledRun): void {
    this.#run = run;
    if (this.#isShuttingDown) run.cancel();
    else this.#apply();
    if (this.#isLeaseUncertain) this.leaseUncertain();
  }

  /** The same control with a newer position is a new request: it was withdrawn in between. */
  setControl(control: Control, asOf: number): void {
    if (control === this.#requested.control && asOf === this.#requested.asOf) return;
    this.#requested = { control, asOf };
    if (this.isCancelled) this.#stopRequested.abort();
    if (this.#parkReason && !this.isPauseRequested && (this.isCancelled || !this.#isLeaving))
      this.#parkWithdrawn.abort();
    this.#apply();
  }

  leaseUncertain(): void {
    this.#isLeaseUncertain = true;
    this.#inBackground(this.#run?.suspend());
  }

  leaseConfirmed(): void {
    this.#isLeaseUncertain = false;
    this.#inBackground(this.#run?.unsuspend());
  }

  leaseLost(): void {
    this.#run?.abandon();
  }

  /** The runner is being stopped: parks an agent that is held, or that goes on with its conversation later, at its next yield point. */
  leave(): void {
    this.#isLeaving = true;
    this.#apply();
  }

  /** Parks a held agent; cancels one that runs or is about to start. */
  shutDown(): void {
    this.#isShuttingDown = true;
    this.#stopRequested.abort();
    if (this.#hold) this.#park('shutdown');
    else if (!this.#parkReason) this.#run?.cancel();
  }

  /** Parks the agent if it is held, because another session needs its slot. */
  parkForSlot(): void {
    if (this.#heldSince !== undefined) this.#park('slot_needed');
  }

  /** To be called when the agent has ended. */
  end(): void {
    this.#endHold();
  }

  #apply(): void {
    const run = this.#run;
    if (!run || this.#isShuttingDown) return;
    const { control } = this.#requested;
    if (this.#isToLeave(run)) {
      this.#inBackground(this.#parkToLeave(run));
      return;
    }
    switch (control) {
      case 'cancel':
        run.cancel();
        return;
      case 'interrupt':
        this.#park('requested');
        return;
      case 'pause':
      case 'park':
        this.#inBackground(this.#pause(run));
        return;
      case 'run':
        this.#inBackground(this.#resume(run));
    }
  }

  #isToLeave(run: ControlledRun): boolean {
    const { control } = this.#requested;
    const isAsked = control === 'cancel' || control === 'interrupt';
    return this.#isLeaving && !isAsked && (run.canResume || this.#hold !== undefined);
  }

  async #pause(run: ControlledRun): Promise<void> {
    const yieldPoint = await run.requestPause();
    if (!yieldPoint) return;

    this.#endHold();
    const hold = { ended: new AbortController(), id: `${++this.#holds}` };
    this.#hold = hold;
    await this.#record(hold, run, yieldPoint);
    if (this.#hold !== hold) return;

    this.#heldSince = performance.now();
    if (this.#requested.control === 'park') {
      this.#park('limit');
      return;
    }
    const { signal } = hold.ended;
    await wait(this.options.pauseHoldMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (!signal.aborted) this.#park('hold_expired');
  }

  /** An agent whose hold cannot be recorded resumes, until a pause is requested again. */
  async #record(hold: Hold, run: ControlledRun, yieldPoint: YieldPoint): Promise<void> {
    try {
      await this.options.holdPhase(yieldPoint, hold.id);
    } catch (error) {
      const isRefused = error instanceof DomainError;
      // A late answer to an earlier hold does not concern the current one.
      if (this.#hold === hold) {
        await this.#thaw(run);
        // After a fault the next renewal requests the pause again; a refusal means that it is not requested any more.
        if (!isRefused) this.#requested = { control: 'run', asOf: 0 };
      }
      if (!isRefused) throw error;
    }
  }

  async #parkToLeave(run: ControlledRun): Promise<void> {
    const yieldPoint = await run.requestPause();
    if (yieldPoint && !this.#parkReason && !this.#isShuttingDown) this.#park('shutdown');
  }

  async #resume(run: ControlledRun): Promise<void> {
    const hold = this.#hold;
    await this.#thaw(run);
    if (hold) await this.#reportResumed(hold);
  }

  async #reportResumed({ id }: Hold): Promise<void> {
    try {
      await this.options.resumePhase(id);
    } catch (error) {
      // Refused for an execution that has ended meanwhile.
      if (!(error instanceof DomainError)) throw error;
    }
  }

  async #thaw(run: ControlledRun): Promise<void> {
    this.#endHold();
    await run.resume();
  }

  #park(reason: ParkReason): void {
    this.#endHold();
    this.#parkReason = reason;
    this.#run?.park();
  }

  #endHold(): void {
    this.#hold?.ended.abort();
    this.#hold = undefined;
    this.#heldSince = undefined;
  }

  #inBackground(work: Promise<void> | undefined): void {
    work?.catch(this.options.onFault);
  }
}
