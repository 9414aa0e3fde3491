import type { EventLog } from '@syntropic/event-store';
import type { Recorded } from '@syntropic/kernel';
import type { Advance, Setback } from './advance';
import type { Owned } from './owned';

type Way = Readonly<{
  log: EventLog;
  advance: Advance;
  /** How often the same event is tried. */
  attempts: number;
  /** Before the second attempt; twice as long before each further one. */
  backoffMs: number;
  pause: (ms: number) => Promise<void>;
  /** Whether it has arrived, or is not to go on. Asked before each batch. */
  done: () => boolean;
  retrying: (failure: { error: Error; event: Recorded }) => Promise<void>;
}>;

/** Why it does not go on, and before which event if that one is to blame. */
type Stop = Setback & Readonly<{ event?: Recorded }>;

const BATCH = 1_000;
const NOTHING_READ_MS = 250;

/**
 * Takes one projection along the log by itself, and answers what it cannot pass. Where it fails it halves its batches,
 * so that it ends before the one event that it cannot take, with all before it stored.
 */
export async function catchUp(owned: Owned, way: Way): Promise<Stop | undefined> {
  let limit = BATCH;
  let failures = 0;

  while (!way.done()) {
    const events = await way.log.read(owned.position, limit);
    const [event] = events;
    if (!event) {
      await way.pause(NOTHING_READ_MS);
      continue;
    }

    const [setback] = await way.advance.over([owned], events);
    if (setback?.kind === 'unknown') return setback;
    if (!setback) {
      failures = 0;
      limit = Math.min(BATCH, limit * 2);
      continue;
    }
    if (events.length > 1) {
      limit = Math.ceil(events.length / 2);
      continue;
    }

    const error = new Error(`${event.type} at ${event.position}: ${setback.error.message}`, { cause: setback.error });
    if (++failures >= way.attempts) return { ...setback, error, event };
    await way.retrying({ error, event });
    await way.pause(way.backoffMs * 2 ** (failures - 1));
  }
  return undefined;
}
