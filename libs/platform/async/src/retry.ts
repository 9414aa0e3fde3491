import { backOffMs, type BackOff } from './back-off';
import { pause } from './pause';

export type RetryOptions = Readonly<{
  backOff: BackOff;
  /** Reports a failed attempt. An error that it throws ends the retries. */
  onFault: (error: unknown) => unknown;
}>;

/** Attempts until one succeeds. Resolves with undefined when the signal aborts first. */
export async function retry<Result>(
  signal: AbortSignal,
  { backOff, onFault }: RetryOptions,
  attempt: () => Result | Promise<Result>,
): Promise<Result | undefined> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await attempt();
    } catch (error) {
      await onFault(error);
      await pause(backOffMs(backOff, failures), signal);
    }
  }
  return undefined;
}
