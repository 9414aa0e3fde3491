import { Injectable, Logger } from '@nestjs/common';
import type { StoredBatch } from '@syntropic/telemetry';
import { Counter, register } from 'prom-client';
import type { BatchObserver } from './batch.consumer';

/** Counts what becomes of telemetry. A store that is away is logged once, and once when it is back. */
@Injectable()
export class BatchMetrics implements BatchObserver {
  readonly #logger = new Logger(BatchMetrics.name);
  readonly #events = counter('telemetry_events_total', 'Telemetry events by what became of them', ['outcome']);
  readonly #batches = counter('telemetry_batches_total', 'Telemetry batches by what became of them', ['outcome']);
  #failing = false;

  stored(batch: StoredBatch): void {
    if (this.#failing) this.#logger.log('batches are stored again');
    this.#failing = false;
    this.#batches.inc({ outcome: batch.leaseLost ? 'lease_lost' : 'stored' });
    if (batch.leaseLost) return;

    this.#events.inc({ outcome: 'stored' }, batch.stored.length);
    this.#events.inc({ outcome: 'quarantined' }, batch.quarantined);
  }

  postponed(why: unknown): void {
    if (!this.#failing) this.#logger.error(why, 'batches are postponed');
    this.#failing = true;
    this.#batches.inc({ outcome: 'postponed' });
  }
}

/** prom-client keeps one registry for the process, whatever is made in it. */
function counter(name: string, help: string, labelNames: string[]): Counter {
  const known = register.getSingleMetric(name);
  return known instanceof Counter ? known : new Counter({ name, help, labelNames });
}
