import { AGAIN, DONE, repeat } from './repeat';
import { Signal } from './signal';

const LONG_MS = 60_000;
const backOff = { firstMs: 1, longestMs: LONG_MS };

/** A loop that takes one step in each run, and is stopped during the last. */
function script(...steps: readonly (() => unknown)[]) {
  const stop = new AbortController();
  const taken: unknown[] = [];
  const run = async () => {
    const step = steps[taken.length];
    taken.push(step);
    if (taken.length === steps.length) stop.abort();
    return Promise.resolve(step?.());
  };
  return { signal: stop.signal, run, taken };
}

const succeed = () => undefined;
const fail = () => {
  throw new Error('away');
};

describe('repeating', () => {
  it('goes on until the signal, and does not begin after it', async () => {
    const { signal, run, taken } = script(succeed, succeed, succeed);

    await repeat(signal, { everyMs: 1 }, run);
    await repeat(signal, { everyMs: 1 }, run);

    expect(taken).toHaveLength(3);
  });

  it('ends a pause with the signal', async () => {
    const stop = new AbortController();
    const repeated = repeat(stop.signal, { everyMs: LONG_MS }, () => Promise.resolve());
    stop.abort();

    await expect(repeated).resolves.toBeUndefined();
  });

  it('reports faults and goes on', async () => {
    const { signal, run } = script(fail, fail, succeed);
    const faults: unknown[] = [];

    await repeat(signal, { everyMs: LONG_MS, backOff, onFault: (error) => faults.push(error) }, run);

    expect(faults).toEqual([new Error('away'), new Error('away')]);
  });

  it('ends with the first fault that nothing handles', async () => {
    const { signal, run, taken } = script(succeed, fail, succeed);

    await expect(repeat(signal, { everyMs: 1 }, run)).rejects.toThrow('away');
    expect(taken).toHaveLength(2);
  });

  it('ends with the error that its fault handler throws', async () => {
    const { signal, run } = script(fail, succeed);
    const onFault = () => Promise.reject(new Error('given up'));

    await expect(repeat(signal, { everyMs: 1, onFault }, run)).rejects.toThrow('given up');
  });

  it('starts the back-off anew after a success', async () => {
    const alternating = Array.from({ length: 24 }, (_, index) => (index % 2 === 0 ? fail : succeed));
    const { signal, run, taken } = script(...alternating);

    await repeat(signal, { everyMs: 1, backOff: { firstMs: 1, longestMs: 1e9 }, onFault: succeed }, run);

    expect(taken).toHaveLength(24);
  });

  it('does not pause while there is more to do', async () => {
    const { signal, run, taken } = script(
      () => AGAIN,
      () => AGAIN,
      succeed,
    );

    await repeat(signal, { everyMs: LONG_MS }, run);

    expect(taken).toHaveLength(3);
  });

  it('is woken from a pause by a notification', async () => {
    const wake = new Signal();
    const { signal, run, taken } = script(() => {
      wake.notify();
    }, succeed);

    await repeat(signal, { everyMs: LONG_MS, wake }, run);

    expect(taken).toHaveLength(2);
  });

  it('tells a run that was woken from one whose pause had passed', async () => {
    const wake = new Signal();
    const began: boolean[] = [];
    await repeat(new AbortController().signal, { everyMs: () => 1, wake }, (isWoken) => {
      began.push(isWoken);
      if (began.length === 1) wake.notify();
      return Promise.resolve(began.length === 3 ? DONE : undefined);
    });

    expect(began).toEqual([false, true, false]);
  });
});
