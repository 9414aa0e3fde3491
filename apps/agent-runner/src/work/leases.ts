import { Signal } from '@syntropic/async';
import type { Lease } from '@syntropic/kernel';
import { OutcomeUnknown, type CommandClient } from '@syntropic/messaging';
import { RenewedWork, RenewWork, type Control } from '@syntropic/orchestration/contracts';
import { originOf } from './origin';

/** A session that is held, as far as its lease is concerned. */
export interface Held {
  readonly lease: Lease;
  /** What is asked of it, and the position of the event that asks; called whenever the lease was renewed. */
  asked(control: Control, asOf: number): void;
  /** Nobody answers: it must stand still until somebody does. */
  doubt(): void;
  trust(): void;
  /** Somebody else may have it. */
  lost(): void;
}

export type Abilities = Readonly<{ runner: string; backends: string[]; providers: string[]; slots: number }>;

type LeasesOptions = Readonly<{
  client: CommandClient;
  abilities: Abilities;
  /** Sessions whose workspaces are kept on this runner's disk, and that nobody works on. */
  parked: () => Promise<string[]>;
  discard: (sessionId: string) => void;
  onFault: (error: unknown) => void;
  /** How often it renews, in milliseconds. */
  renewMs?: number;
  /** After how many milliseconds without an answer nothing that is held is certain any more. */
  doubtAfterMs?: number;
}>;

const RENEW_MS = 3_000;
const DOUBT_AFTER_MS = 8_000;
const WATCH_MS = 250;

/** Keeps all leases of this runner alive with one message, and brings what is asked of their sessions. */
export class Leases {
  readonly #held = new Map<string, Held>();
  readonly #wish = new Signal();
  #answeredAt = Number.NEGATIVE_INFINITY;
  #doubting = false;

  readonly #renewMs: number;
  readonly #doubtAfterMs: number;

  constructor(private readonly options: LeasesOptions) {
    const { renewMs = RENEW_MS, doubtAfterMs = DOUBT_AFTER_MS } = options;
    this.#renewMs = renewMs;
    this.#doubtAfterMs = doubtAfterMs;
  }

  /** @throws until the command service has answered lately. */
  check(): Promise<void> {
    const isAnswered = performance.now() - this.#answeredAt < this.#doubtAfterMs;
    return isAnswered ? Promise.resolve() : Promise.reject(new Error('the command service does not renew leases'));
  }

  hold(held: Held): void {
    this.#held.set(held.lease.sessionId, held);
    if (this.#doubting) held.doubt();
  }

  /** The next leg of the same session may be held here already. */
  letGo(held: Held): void {
    const { sessionId } = held.lease;
    if (this.#held.get(sessionId) === held) this.#held.delete(sessionId);
  }

  /** Renews now: something may be asked. */
  wake(): void {
    this.#wish.notify();
  }

  async run(signal: AbortSignal): Promise<void> {
    const watch = setInterval(() => {
      this.#watch();
    }, WATCH_MS);
    try {
      while (!signal.aborted) {
        await this.#renew();
        await this.#wish.wait(this.#renewMs, signal);
      }
    } finally {
      clearInterval(watch);
    }
  }

  /** An agent whose lease is in doubt stands still: it harms nobody, however long that lasts. */
  #watch(): void {
    if (this.#doubting || performance.now() - this.#answeredAt < this.#doubtAfterMs) return;
    this.#doubting = true;
    for (const held of this.#held.values()) held.doubt();
  }

  async #renew(): Promise<void> {
    const { client, abilities, parked, discard, onFault } = this.options;
    const askedAt = performance.now();
    try {
      const held = [...this.#held.values()];
      const data = { ...abilities, leases: held.map(({ lease }) => lease), parked: await parked() };
      const renewed = RenewedWork.parse(await client.send('work', RenewWork.type, data, originOf(abilities.runner)));

      this.#answeredAt = askedAt;
      this.#apply(renewed, held);
      for (const sessionId of renewed.discard) discard(sessionId);
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) onFault(error);
    }
  }

  #apply({ leases }: RenewedWork, asked: readonly Held[]): void {
    const isTrusted = this.#doubting && performance.now() - this.#answeredAt < this.#doubtAfterMs;
    if (isTrusted) this.#doubting = false;

    for (const renewed of leases) {
      const held = this.#held.get(renewed.sessionId);
      // Let go and taken again since the question: the answer is about the earlier lease.
      if (!held || !asked.includes(held)) continue;
      if (!renewed.held) {
        this.#held.delete(renewed.sessionId);
        held.lost();
        continue;
      }
      held.asked(renewed.control, renewed.asOf);
    }
    // Also those taken since the question: whoever has handed them out is there.
    if (isTrusted) for (const held of this.#held.values()) held.trust();
  }
}
