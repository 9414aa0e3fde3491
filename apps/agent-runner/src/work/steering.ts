import { DomainError } from '@syntropic/kernel';
import type { Control, YieldPoint } from '@syntropic/orchestration/contracts';
import { setTimeout as pause } from 'node:timers/promises';
import type { SessionRun } from '../session';

/** Why a runner parks an agent that stands still. */
export type ParkReason = 'hold_expired' | 'shutdown' | 'slot_needed';

type SteeringOptions = Readonly<{
  /** Tells the log that the agent stands still. `what` names the statement. */
  sayHeld: (yieldPoint: YieldPoint, what: string) => Promise<void>;
  /** How long a paused agent is kept before it is parked. */
  pauseHoldMs: number;
  onFault: (error: unknown) => void;
}>;

type Stillness = Readonly<{ over: AbortController; holdId: string }>;

/** Brings an agent to where it is asked to be, whenever that is said: also before it has started, and while it is on its way. */
export class Steering {
  readonly #unwanted = new AbortController();
  #run: SessionRun | undefined;
  #asked: Readonly<{ control: Control; asOf: number }> = { control: 'run', asOf: 0 };
  #inDoubt = false;
  #isLeaving = false;
  #parking: ParkReason | undefined;
  /** Present while the agent stands still because of a pause. */
  #stillness: Stillness | undefined;
  #heldSince: number | undefined;
  #holds = 0;

  constructor(private readonly options: SteeringOptions) {}

  /** Aborted when nobody wants the agent to start any more. */
  get unwanted(): AbortSignal {
    return this.#unwanted.signal;
  }

  get isCancelled(): boolean {
    return this.#asked.control === 'cancel';
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  get parkReason(): ParkReason {
    return this.#parking ?? 'hold_expired';
  }

  /** Since when the log knows that the agent stands still, in milliseconds of this process; absent when it may go on. */
  get heldSince(): number | undefined {
    return this.#heldSince;
  }

  begin(run: SessionRun): void {
    this.#run = run;
    if (this.#isLeaving) run.cancel();
    else this.#obey();
    if (this.#inDoubt) this.doubt();
  }

  /** The same wish again, with a newer position, is a new one: in between it was taken back. */
  asked(control: Control, asOf: number): void {
    if (control === this.#asked.control && asOf === this.#asked.asOf) return;
    this.#asked = { control, asOf };
    if (this.isCancelled) this.#unwanted.abort();
    this.#obey();
  }

  doubt(): void {
    this.#inDoubt = true;
    this.#background(this.#run?.suspend());
  }

  trust(): void {
    this.#inDoubt = false;
    this.#background(this.#run?.unsuspend());
  }

  /** The runner is going: an agent that stands still is parked, one that runs or is about to is ended. */
  leave(): void {
    this.#isLeaving = true;
    this.#unwanted.abort();
    if (this.#stillness) this.#park('shutdown');
    else if (!this.#parking) this.#run?.cancel();
  }

  /** Its slot is needed: if the agent stands still, it is ended and its workspace kept. */
  makeRoom(): void {
    if (this.#heldSince !== undefined) this.#park('slot_needed');
  }

  /** The agent has ended. */
  over(): void {
    this.#endStillness();
  }

  #obey(): void {
    const run = this.#run;
    if (!run || this.#isLeaving) return;
    if (this.isCancelled) run.cancel();
    else if (this.#asked.control === 'pause') this.#background(this.#hold(run));
    else this.#background(this.#goOn(run));
  }

  async #hold(run: SessionRun): Promise<void> {
    const yieldPoint = await run.requestPause();
    if (!yieldPoint) return;

    this.#endStillness();
    const stillness = { over: new AbortController(), holdId: `${++this.#holds}` };
    this.#stillness = stillness;
    await this.#tellHeld(run, yieldPoint, stillness);
    if (this.#stillness !== stillness) return;

    this.#heldSince = performance.now();
    const { signal } = stillness.over;
    await pause(this.options.pauseHoldMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (!signal.aborted) this.#park('hold_expired');
  }

  /** What cannot be told must not last: the agent goes on until it is next asked to stand still. */
  async #tellHeld(run: SessionRun, yieldPoint: YieldPoint, stillness: Stillness): Promise<void> {
    try {
      await this.options.sayHeld(yieldPoint, stillness.holdId);
    } catch (error) {
      const isRefused = error instanceof DomainError;
      // An answer to what was said before the agent was asked anew says nothing about now.
      if (this.#stillness === stillness) {
        await this.#goOn(run);
        // The wish stands, and will be heard again; a refusal says that it does not.
        if (!isRefused) this.#asked = { control: 'run', asOf: 0 };
      }
      if (!isRefused) throw error;
    }
  }

  async #goOn(run: SessionRun): Promise<void> {
    this.#endStillness();
    await run.resume();
  }

  #park(reason: ParkReason): void {
    this.#endStillness();
    this.#parking = reason;
    this.#run?.park();
  }

  #endStillness(): void {
    this.#stillness?.over.abort();
    this.#stillness = undefined;
    this.#heldSince = undefined;
  }

  #background(work: Promise<void> | undefined): void {
    work?.catch(this.options.onFault);
  }
}
