import { setTimeout } from 'node:timers/promises';

/** Waits for the work, at most this long. Resolves with true when it ended in time; a rejection in time is thrown. */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const settled = new AbortController();
  try {
    return await Promise.race([work.then(() => true), setTimeout(ms, false, { signal: settled.signal })]);
  } finally {
    settled.abort();
  }
}
