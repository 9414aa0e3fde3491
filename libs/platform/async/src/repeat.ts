import { backOffMs, type BackOff } from './back-off';
import { pause } from './pause';
import type { Signal } from './signal';

export type RepeatOptions = Readonly<{
  /** The pause between two runs, in milliseconds. */
  everyMs: number;
  /** A notification ends the pause after a successful run early. */
  wake?: Signal;
  /** Pauses after failed runs; without it they last `everyMs`. */
  backOff?: BackOff;
  /** Reports a failed run. An error that it throws ends the loop; without it, the first fault does. */
  onFault?: (error: unknown) => unknown;
}>;

/** The result of a run that left work undone: the next run follows without a pause. */
export const AGAIN = Symbol('again');

/**
 * Runs again and again until the signal, one run at a time.
 * The back-off starts anew after a success, and after a run that lasted longer than its longest pause.
 */
export async function repeat(
  signal: AbortSignal,
  { everyMs, wake, backOff, onFault = rethrow }: RepeatOptions,
  run: () => Promise<unknown>,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    try {
      const result = await run();
      failures = 0;
      if (result === AGAIN) continue;
      await (wake ? wake.wait(everyMs, signal) : pause(everyMs, signal));
    } catch (error) {
      await onFault(error);
      if (backOff && performance.now() - startedAt > backOff.longestMs) failures = 0;
      await pause(backOff ? backOffMs(backOff, failures++) : everyMs, signal);
    }
  }
}

function rethrow(error: unknown): never {
  throw error;
}
