import { Counter } from 'prom-client';

const faults = new Counter({
  name: 'event_data_faults_total',
  help: 'Events on live streams whose data did not follow their contract',
  labelNames: ['type'],
});

/** Counts events whose data does not follow their contract, and logs the first of each type. */
export class EventDataFaults {
  readonly #logged = new Set<string>();

  constructor(private readonly warn: (message: string, error: Error) => void) {}

  report(type: string, error: Error): void {
    faults.inc({ type });
    if (this.#logged.has(type)) return;
    this.#logged.add(type);
    this.warn(`the data of ${type} does not follow its contract: only its fields are renamed`, error);
  }
}
