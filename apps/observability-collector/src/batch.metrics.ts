import type { StoredBatch } from '@syntropic/telemetry';
import type { Logger } from 'pino';
import { Counter } from 'prom-client';
import type { BatchObserver } from './batch.consumer';

const events = new Counter({
  name: 'telemetry_events_total',
  help: 'Telemetry events by what became of them',
  labelNames: ['outcome'],
});
const batches = new Counter({
  name: 'telemetry_batches_total',
  help: 'Telemetry batches by what became of them',
  labelNames: ['outcome'],
});

/** Counts what becomes of telemetry. A store that is away is logged once, and once when it is back. */
export class BatchMetrics implements BatchObserver {
  #failing = false;

  constructor(private readonly log: Logger) {}

  stored(batch: StoredBatch): void {
    if (this.#failing) this.log.info('telemetry is stored again');
    this.#failing = false;
    batches.inc({ outcome: batch.leaseLost ? 'lease_lost' : 'stored' });
    if (batch.leaseLost) return;

    events.inc({ outcome: 'stored' }, batch.stored.length);
    events.inc({ outcome: 'quarantined' }, batch.quarantined);
  }

  postponed(why: unknown): void {
    if (!this.#failing) this.log.error({ error: why }, 'telemetry is postponed');
    this.#failing = true;
    batches.inc({ outcome: 'postponed' });
  }
}
