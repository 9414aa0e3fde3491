import { repeat } from '@syntropic/async';
import type { NatsConnection } from 'nats';

const PING_MS = 1_000;
/** Well below a lease: a lease that could not be renewed expires only after this is noticed. */
const SILENCE_MS = 3_000;

/** Knows by pings whether the bus answers: a connection stays open long after its server is gone. */
export class BusPulse {
  #answeredAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly nats: NatsConnection) {}

  get isAlive(): boolean {
    return performance.now() - this.#answeredAt < SILENCE_MS;
  }

  run(signal: AbortSignal): Promise<void> {
    return repeat(signal, { everyMs: PING_MS, onFault: () => undefined }, () => this.#ping());
  }

  async #ping(): Promise<void> {
    const sentAt = performance.now();
    await this.nats.flush();
    this.#answeredAt = sentAt;
  }
}
