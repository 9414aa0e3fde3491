import { repeat } from '@syntropic/async';
import type { Task } from './background';

const HOUR_MS = 3_600_000;

/** A background task that runs at the start and then each hour; any number of replicas may run it. */
export const hourly =
  (work: () => Promise<void>): Task =>
  (signal) =>
    repeat(signal, { everyMs: HOUR_MS }, work);
