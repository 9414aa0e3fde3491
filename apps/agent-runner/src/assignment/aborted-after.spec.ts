import { eventually } from '@syntropic/testing';
import { abortedAfter } from './aborted-after';

describe('a signal with a grace', () => {
  it('follows the other signal, also one that is aborted already, with its reason', async () => {
    const stop = new AbortController();
    const [later, endless] = [abortedAfter(stop.signal, 10), abortedAfter(stop.signal, 60_000)];
    expect(later.aborted).toBe(false);

    stop.abort('the session has ended');
    await eventually(() => later.aborted && abortedAfter(stop.signal, 0));
    expect(later.reason).toBe('the session has ended');
    expect(endless.aborted).toBe(false);
    const late = abortedAfter(stop.signal, 0);
    await eventually(() => late.aborted);
  });
});
