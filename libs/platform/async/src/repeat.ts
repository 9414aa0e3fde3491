import { backOffMs, type BackOff } from './back-off';
import { pause } from './pause';
import type { Signal } from './signal';

export type RepeatOptions = Readonly<{
  /** The pause between two runs, in milliseconds. */
  everyMs: number | (() => number);
  /** A notification ends the pause after a successful run early. */
  wake?: Signal;
  /** Pauses after failed runs; without it they last `everyMs`. */
  backOff?: BackOff;
  /** Reports a failed run. An error that it throws ends the loop; without it, the first fault does. */
  onFault?: (error: unknown) => unknown;
}>;

/** The result of a run that left work undone: the next run follows without a pause. */
export const AGAIN = Symbol('again');

/** The result of a run that is the last one. */
export const DONE = Symbol('done');

/**
 * Runs again and again until the signal, one run at a time. A run learns whether a notification began it.
 * The back-off starts anew after a success, and after a run that lasted longer than its longest pause.
 */
export async function repeat(
  signal: AbortSignal,
  { everyMs, wake, backOff, onFault = rethrow }: RepeatOptions,
  run: (isWoken: boolean) => Promise<unknown>,
): Promise<void> {
  const pauseMs = () => (typeof everyMs === 'number' ? everyMs : everyMs());
  let failures = 0;
  let isWoken = false;
  while (!signal.aborted) {
    const startedAt = performance.now();
    try {
      const result = await run(isWoken);
      failures = 0;
      isWoken = false;
      if (result === DONE) return;
      if (result === AGAIN) continue;
      if (wake) isWoken = await wake.wait(pauseMs(), signal);
      else await pause(pauseMs(), signal);
    } catch (error) {
      isWoken = false;
      await onFault(error);
      if (backOff && performance.now() - startedAt > backOff.longestMs) failures = 0;
      await pause(backOff ? backOffMs(backOff, failures++) : pauseMs(), signal);
    }
  }
}

function rethrow(error: unknown): never {
  throw error;
}
