import { repeat } from '@syntropic/async';
import type { NatsConnection } from 'nats';

const PING_MS = 1_000;
/** Well below a lease, so that a silent bus is noticed before leases expire that could not be renewed. */
const SILENCE_MS = 3_000;

/** Pings the bus, because a connection stays open long after its server is gone. */
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
