import { Inject, Injectable } from '@nestjs/common';
import { repeat, Signal } from '@syntropic/async';
import type { Lease } from '@syntropic/kernel';
import { CommandClient, OutcomeUnknown } from '@syntropic/messaging';
import { work, type Control, type RenewedWork } from '@syntropic/orchestration/contracts';
import { LEASE_TIMING } from '../injection-tokens';
import type { Capabilities } from './capabilities';
import { ClaimNumbers } from './claim-numbers';
import { originOf } from './origin';
import { RunnerLog } from './runner-log';

/** A session whose lease this runner holds. */
export interface LeaseHolder {
  readonly lease: Lease;
  /** Called after each renewal with the requested control, and the position of the event that requests it. */
  setControl(control: Control, asOf: number): void;
  /** Called after each renewal with the position of the newest message for the execution; 0 before the first. */
  announceMessages(asOf: number): void;
  /** Renewals are not answered: the session must stand still until the lease is confirmed. */
  leaseUncertain(): void;
  leaseConfirmed(): void;
  /** Another runner may hold the lease now. */
  leaseLost(): void;
}

/** The parked sessions on this runner's disk that no assignment uses. */
export interface ParkedWork {
  ids(): Promise<string[]>;
  /** False while the disk has no room for another session. Never rejects. */
  hasRoom(): Promise<boolean>;
  /** Removes a session that will not be continued, unless the signal comes first. */
  discard(sessionId: string, signal: AbortSignal): void;
}

export type LeaseTiming = Readonly<{
  renewMs: number;
  /** Time without an answer after which all leases count as uncertain. */
  uncertainAfterMs: number;
}>;

const WATCH_MS = 250;

/** The ids of parked sessions in one renewal, which must fit into a message. */
const PARKED_AT_ONCE = 1_000;

/** Renews all leases of this runner with one message, and passes the requested control on to their sessions. */
@Injectable()
export class Leases {
  readonly #holders = new Map<string, LeaseHolder>();
  readonly #renewNow = new Signal();
  #answeredAt = Number.NEGATIVE_INFINITY;
  #isUncertain = false;
  /** The parked sessions that this turn of renewals has reported. */
  #parkedReported = 0;

  constructor(
    private readonly client: CommandClient,
    private readonly numbers: ClaimNumbers,
    private readonly log: RunnerLog,
    @Inject(LEASE_TIMING) private readonly timing: LeaseTiming,
  ) {}

  /** @throws while the latest answer of the command service is too old. */
  check(): Promise<void> {
    return this.#isAnswered()
      ? Promise.resolve()
      : Promise.reject(new Error('the command service does not renew leases'));
  }

  add(holder: LeaseHolder): void {
    this.#holders.set(holder.lease.sessionId, holder);
    if (this.#isUncertain) holder.leaseUncertain();
  }

  /** Ignores a holder that the next leg of its session has replaced. */
  remove(holder: LeaseHolder): void {
    const { sessionId } = holder.lease;
    if (this.#holders.get(sessionId) === holder) this.#holders.delete(sessionId);
  }

  /** Renews at once, because the requested control may have changed. */
  renewNow(): void {
    this.#renewNow.notify();
  }

  async run(capabilities: Capabilities, parked: ParkedWork, signal: AbortSignal): Promise<void> {
    const watch = setInterval(() => {
      this.#watch();
    }, WATCH_MS);
    try {
      await repeat(signal, { everyMs: this.timing.renewMs, wake: this.#renewNow, onFault: this.#onFault }, () =>
        this.#renew(capabilities, parked, signal),
      );
    } finally {
      clearInterval(watch);
    }
  }

  #isAnswered(): boolean {
    return performance.now() - this.#answeredAt < this.timing.uncertainAfterMs;
  }

  /** Sessions with an uncertain lease stand still, so that two runners never run the same one. */
  #watch(): void {
    if (this.#isUncertain || this.#isAnswered()) return;
    this.#isUncertain = true;
    for (const holder of this.#holders.values()) holder.leaseUncertain();
  }

  async #renew(capabilities: Capabilities, parked: ParkedWork, signal: AbortSignal): Promise<void> {
    const ids = await this.#nextParked(parked);
    const slots = (await parked.hasRoom()) ? capabilities.slots : 0;
    const sentAt = performance.now();
    const holders = [...this.#holders.values()];
    const leases = holders.map(({ lease }) => lease);
    const data = {
      ...capabilities,
      slots,
      leases,
      parked: ids,
      claims: this.numbers.settled,
      restoresCheckpoints: true,
    };
    const origin = originOf(capabilities.runner);
    const renewed = await this.client.send(work.RenewWork, data, origin);

    this.#answeredAt = sentAt;
    this.numbers.learn(renewed.claims);
    this.#apply(renewed, holders);
    for (const sessionId of renewed.discard) parked.discard(sessionId, signal);
  }

  /** A disk with many parked sessions is reported in turns. A disk that cannot be read costs no lease. */
  async #nextParked(parked: ParkedWork): Promise<readonly string[]> {
    try {
      const ids = await parked.ids();
      const from = this.#parkedReported < ids.length ? this.#parkedReported : 0;
      this.#parkedReported = from + PARKED_AT_ONCE;
      return ids.slice(from, from + PARKED_AT_ONCE);
    } catch (error) {
      this.log.fault(error);
      return [];
    }
  }

  readonly #onFault = (error: unknown): void => {
    if (!(error instanceof OutcomeUnknown)) this.log.fault(error);
  };

  #apply({ leases }: RenewedWork, sent: readonly LeaseHolder[]): void {
    const isConfirmed = this.#isUncertain && this.#isAnswered();
    if (isConfirmed) this.#isUncertain = false;

    for (const renewed of leases) {
      const holder = this.#holders.get(renewed.sessionId);
      // A holder added after the request has a newer lease than the one in the answer.
      if (!holder || !sent.includes(holder)) continue;
      if (!renewed.held) {
        this.#holders.delete(renewed.sessionId);
        holder.leaseLost();
        continue;
      }
      holder.setControl(renewed.control, renewed.asOf);
      holder.announceMessages(renewed.messages);
    }
    // Includes holders added after the request: the command service has granted their leases since.
    if (isConfirmed) for (const holder of this.#holders.values()) holder.leaseConfirmed();
  }
}
