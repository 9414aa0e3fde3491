import { Injectable } from '@nestjs/common';
import { Signal } from '@syntropic/async';
import { DomainError } from '@syntropic/kernel';
import { CommandClient, OutcomeUnknown } from '@syntropic/messaging';
import { work, type WorkOrder } from '@syntropic/orchestration/contracts';
import { setTimeout as wait } from 'node:timers/promises';
import type { Capabilities } from './capabilities';
import { originOf } from './origin';
import { RunnerLog } from './runner-log';

/** Runs the claimed session; settles when its slot is free again, and never rejects. */
type OnClaimed = (order: WorkOrder) => Promise<void>;

const POLL_MS = 5_000;
const RETRY_MS = 500;

/** Claims work while there are free slots: after a hint, when a slot becomes free, and every few seconds. */
@Injectable()
export class Claims {
  readonly #claimNow = new Signal();
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly client: CommandClient,
    private readonly log: RunnerLog,
  ) {}

  hasFreeSlot({ slots }: Capabilities): boolean {
    return this.#running.size < slots;
  }

  /** Claims at once, because there may be new work. */
  claimNow(): void {
    this.#claimNow.notify();
  }

  /** Returns after the signal; claimed sessions continue. */
  async run(capabilities: Capabilities, onClaimed: OnClaimed, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.hasFreeSlot(capabilities)) {
        const order = await this.#claim(capabilities, signal);
        if (order) {
          this.#start(onClaimed(order));
          continue;
        }
      }
      await this.#claimNow.wait(POLL_MS, signal);
    }
  }

  /** Resolves when all claimed sessions have ended. */
  async waitForSessions(): Promise<void> {
    await Promise.all(this.#running);
  }

  #start(session: Promise<void>): void {
    this.#running.add(session);
    void session.finally(() => {
      this.#running.delete(session);
      this.claimNow();
    });
  }

  /** A claim without an answer is repeated under the same command id, and receives the same work. A refused claim is not repeated. */
  async #claim({ runner, backends, providers }: Capabilities, signal: AbortSignal): Promise<WorkOrder | null> {
    const origin = originOf(runner);
    const data = { runner, backends, providers };
    for (;;) {
      try {
        const { order } = await this.client.send(work.ClaimWork, data, origin);
        return order;
      } catch (error) {
        if (!(error instanceof OutcomeUnknown)) this.log.fault(error);
        if (signal.aborted || error instanceof DomainError) return null;
        await wait(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
