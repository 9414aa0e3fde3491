import type { TelemetryStore } from '@syntropic/telemetry';
import { setTimeout as pause } from 'node:timers/promises';

const HOUR_MS = 3_600_000;

/** Makes room for the days ahead and drops the ones that have aged, by the hour. Any number of collectors may. */
export async function keepPartitions(store: Pick<TelemetryStore, 'maintain'>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await store.maintain();
    await pause(HOUR_MS, undefined, { signal }).catch(() => undefined);
  }
}
