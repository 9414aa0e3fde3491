import { setTimeout as wait } from 'node:timers/promises';

/**
 * A call that was held goes out this much later. Its client may have been frozen for longer than it waits for an answer: then it gives
 * the call up as soon as it runs again, and repeats it.
 */
const HEARD_MS = 1_000;

/** The execution is paused, a provider's limit is reached and a pause comes, or the runner does not know if it still holds the lease. */
export type HoldReason = 'paused' | 'limited' | 'lease_uncertain';

/** The call or the tool of an agent that asks to go on. */
export type Entrant = Readonly<{ kind: 'call' }> | Readonly<{ kind: 'tool'; id: string }>;

type Waiting = Readonly<{ entrant: Entrant; proceed: () => void }>;

/** Keeps the calls and tools of a session waiting while there is a reason to, and counts the calls that have gone out. */
export class HoldGate {
  readonly #reasons = new Set<HoldReason>();
  readonly #waiting = new Set<Waiting>();
  #callsInFlight = 0;
  #whenIdle: (() => void)[] = [];
  #onChange: () => void = () => undefined;

  /** Calls that have gone out and are not answered. */
  get callsInFlight(): number {
    return this.#callsInFlight;
  }

  /** The calls and tools that wait. */
  get held(): readonly Entrant[] {
    return [...this.#waiting].map(({ entrant }) => entrant);
  }

  /** Called when a call or tool begins to wait, and when the last call in flight has been answered. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Holds what asks from now on; resolves when no call is in flight. */
  async hold(reason: HoldReason): Promise<void> {
    this.#reasons.add(reason);
    while (this.#callsInFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle.push(resolve);
      });
    }
  }

  /** Lets those that wait go on, unless there is another reason to hold them. */
  release(reason: HoldReason): void {
    this.#reasons.delete(reason);
    if (this.#reasons.size > 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const { proceed } of waiting) proceed();
  }

  /** Resolves when the entrant may go on. @throws the signal's reason when its client has gone. A call has to `leave`. */
  async enter(entrant: Entrant, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // A call that was let go may find the gate held again.
    while (this.#reasons.size > 0) {
      await this.#wait(entrant, signal);
      if (entrant.kind === 'call') await wait(HEARD_MS, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
    if (entrant.kind === 'call') this.#callsInFlight++;
  }

  /** To be called when a call that has entered is answered, or given up. */
  leave(): void {
    this.#callsInFlight--;
    if (this.#callsInFlight > 0) return;
    const idle = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of idle) resolve();
    this.#onChange();
  }

  async #wait(entrant: Entrant, signal: AbortSignal): Promise<void> {
    const waited = new Promise<void>((proceed) => {
      const waiting: Waiting = { entrant, proceed };
      this.#waiting.add(waiting);
      const discard = () => {
        if (this.#waiting.delete(waiting)) proceed();
      };
      signal.addEventListener('abort', discard, { once: true });
    });
    this.#onChange();
    await waited;
  }
}
