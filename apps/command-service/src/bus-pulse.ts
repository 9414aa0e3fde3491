import type { NatsConnection } from 'nats';
import { setTimeout as pause } from 'node:timers/promises';

const BEAT_MS = 1_000;
/** Well below a lease: no lease that could not be renewed runs out before this is noticed. */
const SILENCE_MS = 3_000;

/** Whether the bus answers, found out by asking: a connection stays open for long after nobody is there any more. */
export class BusPulse {
  #heardAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly nats: NatsConnection) {}

  get isFelt(): boolean {
    return performance.now() - this.#heardAt < SILENCE_MS;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#beat().catch(() => undefined);
      await pause(BEAT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #beat(): Promise<void> {
    const askedAt = performance.now();
    await this.nats.flush();
    this.#heardAt = askedAt;
  }
}
