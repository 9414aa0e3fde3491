import { Injectable } from '@nestjs/common';
import { AGAIN, repeat, retry, Signal } from '@syntropic/async';
import { DomainError } from '@syntropic/kernel';
import { CommandClient, OutcomeUnknown } from '@syntropic/messaging';
import { work, type WorkOrder } from '@syntropic/orchestration/contracts';
import type { Capabilities } from './capabilities';
import { ClaimNumbers } from './claim-numbers';
import { originOf } from './origin';
import { Room } from './room';
import { RunnerLog } from './runner-log';

/** Runs the claimed session; settles when its slot is free again, and never rejects. */
type OnClaimed = (order: WorkOrder) => Promise<void>;

type NumberedClaim = Omit<Capabilities, 'slots' | 'agents' | 'secrets'> & Readonly<{ number: number }>;

/** The time after which the runner looks for work without a hint. */
export const POLL_MS = 5_000;
const BACK_OFF = { firstMs: 500, longestMs: 2_000 };

/** Claims work while there are free slots: after a hint, when a slot becomes free, and every few seconds. */
@Injectable()
export class Claims {
  readonly #claimNow = new Signal();
  /** Hints that no claim has followed. */
  #hints = 0;
  /** True while there may be work that no hint will tell of: it is claimed until none is left. */
  #mayHaveMore = true;
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly client: CommandClient,
    private readonly numbers: ClaimNumbers,
    private readonly room: Room,
    private readonly log: RunnerLog,
  ) {}

  /** True when another session has a slot and memory. */
  hasPlace({ slots }: Capabilities): boolean {
    return this.#running.size < slots && this.room.memory.isFree();
  }

  /** Claims at once, because there may be new work: one order for each hint. */
  claimNow(): void {
    this.#hints++;
    this.#claimNow.notify();
  }

  /** Returns after the signal; claimed sessions continue. */
  async run(capabilities: Capabilities, onClaimed: OnClaimed, signal: AbortSignal): Promise<void> {
    await this.room.memory.prepare(capabilities.backends);
    await this.numbers.known(signal);
    await repeat(signal, { everyMs: POLL_MS, wake: this.#claimNow }, async (isWoken) => {
      if (this.#hints === 0 && !this.#mayHaveMore) {
        // Claims of earlier turns have followed the hint.
        if (isWoken) return undefined;
        this.#mayHaveMore = true;
      }
      this.#hints = Math.max(0, this.#hints - 1);
      if (!this.hasPlace(capabilities) || !(await this.room.disk.isFree())) {
        this.#mayHaveMore = true;
        return undefined;
      }
      const number = this.numbers.next();
      const order = await this.#claim({ ...capabilities, number }, signal);
      if (order) {
        this.room.memory.reserve(order.sessionId);
        this.#start(onClaimed(order));
      } else this.#mayHaveMore = false;
      // The order's lease is among the renewed ones by now.
      this.numbers.settle(number);
      return this.#mayHaveMore || this.#hints > 0 ? AGAIN : undefined;
    });
  }

  /** Resolves when all claimed sessions have ended. */
  async waitForSessions(): Promise<void> {
    await Promise.all(this.#running);
  }

  #start(session: Promise<void>): void {
    this.#running.add(session);
    void session.finally(() => {
      this.#running.delete(session);
      // A hint that came while there was no place is not repeated.
      if (this.#mayHaveMore) this.claimNow();
    });
  }

  /** A claim without an answer is repeated under the same command id, and receives the same work. A refused claim is not repeated. */
  async #claim({ runner, backends, providers, number }: NumberedClaim, signal: AbortSignal): Promise<WorkOrder | null> {
    const origin = originOf(runner);
    const data = { runner, backends, providers, number };
    const onFault = (error: unknown) => {
      if (error instanceof DomainError) throw error;
      if (!(error instanceof OutcomeUnknown)) this.log.fault(error);
    };
    try {
      const claimed = await retry(signal, { backOff: BACK_OFF, onFault }, () =>
        this.client.send(work.ClaimWork, data, origin),
      );
      return claimed?.order ?? null;
    } catch (refusal) {
      this.log.fault(refusal);
      return null;
    }
  }
}
