import { Gauge, register } from 'prom-client';
import { standsStill, type PartSource } from '../health/part-state';

const labelNames = ['part', 'name'] as const;

/** Gauges of the parts that a service runs, read at each scrape. */
export class PartGauges {
  readonly #behind = gauge('part_behind', 'Events that wait for a part; of timers, those that are overdue', () =>
    this.#refresh(),
  );
  readonly #standstill = gauge(
    'part_standstill_seconds',
    'For how long a part has been standing still; 0 while it goes on',
    () => this.#refresh(),
  );
  #refreshing: Promise<void> | undefined;

  constructor(private readonly parts: PartSource) {}

  /** One read for all gauges of a scrape. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #read(): Promise<void> {
    // Without the store the parts are unknown, and the other metrics are still served.
    const parts = await this.parts().catch(() => []);
    this.#behind.reset();
    this.#standstill.reset();
    for (const state of parts) {
      const labels = { part: state.part, name: state.name };
      this.#behind.set(labels, state.behind);
      this.#standstill.set(labels, standsStill(state) ? (state.seconds ?? 0) : 0);
    }
  }
}

function gauge(name: string, help: string, collect: () => Promise<void>): Gauge<(typeof labelNames)[number]> {
  register.removeSingleMetric(name);
  return new Gauge({ name, help, labelNames, collect });
}
