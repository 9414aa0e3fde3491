import { Signal } from '@syntropic/async';
import { DomainError } from '@syntropic/kernel';
import { OutcomeUnknown, type CommandClient } from '@syntropic/messaging';
import { ClaimedWork, ClaimWork, type WorkOrder } from '@syntropic/orchestration/contracts';
import { setTimeout as pause } from 'node:timers/promises';
import type { Abilities } from './leases';
import { originOf } from './origin';

type ClaimsOptions = Readonly<{
  client: CommandClient;
  abilities: Abilities;
  /** Does the work; settles when the slot is free again, and never rejects. */
  take: (order: WorkOrder) => Promise<void>;
  onFault: (error: unknown) => void;
}>;

const LOOK_MS = 5_000;
const RETRY_MS = 500;

/** Asks for work while there are free slots: when a hint comes, when a slot is freed, and every few seconds regardless. */
export class Claims {
  readonly #bell = new Signal();
  readonly #taken = new Set<Promise<void>>();

  constructor(private readonly options: ClaimsOptions) {}

  get isFull(): boolean {
    return this.#taken.size >= this.options.abilities.slots;
  }

  /** There may be work. */
  hint(): void {
    this.#bell.notify();
  }

  /** Until the signal; what has been taken goes on. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!this.isFull) {
        const order = await this.#claim(signal);
        if (order) {
          this.#take(order);
          continue;
        }
      }
      await this.#bell.wait(LOOK_MS, signal);
    }
  }

  async finished(): Promise<void> {
    await Promise.all(this.#taken);
  }

  #take(order: WorkOrder): void {
    const done = this.options.take(order);
    this.#taken.add(done);
    void done.finally(() => {
      this.#taken.delete(done);
      this.hint();
    });
  }

  /** A claim whose answer was lost is made again under its own id: it gets the same work. One that was refused is over. */
  async #claim(signal: AbortSignal): Promise<WorkOrder | null> {
    const { client, abilities, onFault } = this.options;
    const { runner, backends, providers } = abilities;
    const origin = originOf(runner);

    for (;;) {
      try {
        const data = { runner, backends, providers };
        return ClaimedWork.parse(await client.send('work', ClaimWork.type, data, origin)).order;
      } catch (error) {
        if (!(error instanceof OutcomeUnknown)) onFault(error);
        if (signal.aborted || error instanceof DomainError) return null;
        await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
