import { Doorbell } from './doorbell';

const LONG_MS = 60_000;
const untold = new AbortController().signal;

describe('waiting at a doorbell', () => {
  it('ends with the ring, also with one that came before, once', async () => {
    const doorbell = new Doorbell();
    const waiting = doorbell.wait(LONG_MS, untold);
    doorbell.ring();
    await expect(waiting).resolves.toBe(true);

    doorbell.ring();
    await expect(doorbell.wait(LONG_MS, untold)).resolves.toBe(true);
    await expect(doorbell.wait(1, untold)).resolves.toBe(false);
  });

  it('ends with the signal, and says that nobody rang', async () => {
    const stop = new AbortController();
    const waiting = new Doorbell().wait(LONG_MS, stop.signal);
    stop.abort();

    await expect(waiting).resolves.toBe(false);
  });
});
