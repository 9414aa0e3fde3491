import { setTimeout as pause } from 'node:timers/promises';
import type { Task } from './background';

const HOUR_MS = 3_600_000;

/** A duty that any number of replicas may do, at the start and by the hour. */
export const everyHour =
  (duty: () => Promise<void>): Task =>
  async (signal) => {
    while (!signal.aborted) {
      await duty();
      await pause(HOUR_MS, undefined, { signal }).catch(() => undefined);
    }
  };
