import { Signal } from './signal';

const LONG_MS = 60_000;
const never = new AbortController().signal;

describe('waiting for a signal', () => {
  it('ends with the notification, also with one that came before, once', async () => {
    const signal = new Signal();
    const waiting = signal.wait(LONG_MS, never);
    signal.notify();
    await expect(waiting).resolves.toBe(true);

    signal.notify();
    await expect(signal.wait(LONG_MS, never)).resolves.toBe(true);
    await expect(signal.wait(1, never)).resolves.toBe(false);
  });

  it('ends when it is aborted, without a notification', async () => {
    const stop = new AbortController();
    const waiting = new Signal().wait(LONG_MS, stop.signal);
    stop.abort();

    await expect(waiting).resolves.toBe(false);
  });
});
