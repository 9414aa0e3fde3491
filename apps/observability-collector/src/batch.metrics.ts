import { Injectable } from '@nestjs/common';
import type { LiveFrameFault } from '@syntropic/live';
import { InjectLog } from '@syntropic/service';
import type { StoredBatch } from '@syntropic/telemetry';
import type { Logger } from 'pino';
import { Counter } from 'prom-client';
import type { BatchObserver } from './batch.consumer';

const events = new Counter({
  name: 'telemetry_events_total',
  help: 'Telemetry events by outcome',
  labelNames: ['outcome'],
});
const batches = new Counter({
  name: 'telemetry_batches_total',
  help: 'Telemetry batches by outcome',
  labelNames: ['outcome'],
});

/** Counts telemetry by outcome. A store outage is logged at its beginning and at its end. */
@Injectable()
export class BatchMetrics implements BatchObserver {
  #failing = false;

  constructor(@InjectLog() private readonly log: Logger) {}

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

  frameFault(message: string, fault: LiveFrameFault): void {
    this.log.warn({ error: fault }, message);
  }
}
