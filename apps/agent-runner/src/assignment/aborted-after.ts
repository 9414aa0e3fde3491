/** A signal that is aborted so much later than another one. */
export function abortedAfter(signal: AbortSignal, graceMs: number): AbortSignal {
  const later = new AbortController();
  const wait = () => {
    setTimeout(() => {
      later.abort(signal.reason);
    }, graceMs).unref();
  };
  if (signal.aborted) wait();
  else signal.addEventListener('abort', wait, { once: true });
  return later.signal;
}
