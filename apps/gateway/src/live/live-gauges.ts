import { Gauge, register } from 'prom-client';

/** A gauge of what is open now, read at each scrape. */
export function liveGauge(name: string, help: string, count: () => number): void {
  register.removeSingleMetric(name);
  new Gauge({
    name,
    help,
    collect() {
      this.set(count());
    },
  });
}
