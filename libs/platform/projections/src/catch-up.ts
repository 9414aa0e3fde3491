import { AdmissionQueue, backOffMs, pause } from '@syntropic/async';
import { requireContinuation, type EventLog } from '@syntropic/event-store';
import type { Recorded } from '@syntropic/kernel';
import type { Advance, Failure } from './advance';
import type { Owned } from './owned';

export type CatchUpOptions = Readonly<{
  log: Pick<EventLog, 'read'>;
  advance: Advance;
  /** The number of attempts at the same event. */
  attempts?: number;
  /** The pause before the second attempt, doubled before each further one. */
  backoffMs?: number;
  /** Ends the pauses. */
  signal: AbortSignal;
  /** Checked before each batch. */
  mayGoOn: () => boolean;
  /** True when the table is to be finished: the statements that it shares with others afterwards would wait for its indexes. */
  filled: () => boolean;
  finish: () => Promise<void>;
  /** True when the projection has caught up. */
  done: () => boolean;
  /** Reports a failed attempt that is repeated. */
  retrying: (failure: { error: Error; event: Recorded }) => Promise<void>;
}>;

/** The failure that ended the catch-up, and the event that caused it. */
type FinalFailure = Failure & Readonly<{ event?: Recorded }>;

const BATCH = 1_000;
const NOTHING_READ_MS = 250;
/** Pages in memory, of all projections that catch up: more of them wait for the same servers. */
const turns = new AdmissionQueue({ concurrent: 2 });

/** Advances one projection along the log by itself, and resolves with the failure that stopped it. */
export async function catchUp(owned: Owned, options: CatchUpOptions): Promise<FinalFailure | undefined> {
  const failure = await advanceUntil(options.filled, owned, options);
  if (failure) return failure;
  if (options.mayGoOn()) await options.finish();
  return advanceUntil(options.done, owned, options);
}

/** After a failure it halves its batches, so that all events before the failing one are stored. */
async function advanceUntil(
  isDone: () => boolean,
  owned: Owned,
  options: CatchUpOptions,
): Promise<FinalFailure | undefined> {
  const { log, advance, attempts = 5, backoffMs = 200, signal } = options;
  const backOff = { firstMs: backoffMs, longestMs: Infinity };
  let limit = BATCH;
  let failures = 0;

  while (options.mayGoOn() && !isDone()) {
    const from = owned.position;
    const { event, count, failure } = await turns.run(async () => {
      const page = await log.read(from, limit);
      requireContinuation(page, { epoch: owned.storeEpoch, position: from });
      const { events } = page;
      const [failed] = events.length > 0 ? await advance.over([owned], events) : [];
      return { event: events[0], count: events.length, failure: failed };
    });
    if (!event) {
      await pause(NOTHING_READ_MS, signal);
      continue;
    }

    if (failure?.kind === 'unknown') return failure;
    if (!failure) {
      failures = 0;
      const advanced = owned.position - from;
      limit = Math.min(BATCH, 2 * (advanced < count ? advanced : limit));
      continue;
    }
    if (count > 1) {
      limit = Math.ceil(count / 2);
      continue;
    }

    const error = new Error(`${event.type} at ${event.position}: ${failure.error.message}`, { cause: failure.error });
    if (failures + 1 >= attempts) return { ...failure, error, event };
    await options.retrying({ error, event });
    await pause(backOffMs(backOff, failures++), signal);
  }
  return undefined;
}
