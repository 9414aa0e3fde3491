import { retry } from './retry';

const backOff = { firstMs: 1, longestMs: 2 };
const never = new AbortController().signal;

describe('retrying', () => {
  it('goes on until an attempt succeeds, and reports each one that failed', async () => {
    const faults: unknown[] = [];
    const attempt = () => {
      if (faults.length < 3) throw new Error(`away ${faults.length}`);
      return 'done';
    };

    await expect(retry(never, { backOff, onFault: (error) => faults.push(error) }, attempt)).resolves.toBe('done');
    expect(faults).toEqual([new Error('away 0'), new Error('away 1'), new Error('away 2')]);
  });

  it('ends with the error that its fault handler throws', async () => {
    const onFault = () => Promise.reject(new Error('given up'));

    await expect(retry(never, { backOff, onFault }, () => Promise.reject(new Error('away')))).rejects.toThrow(
      'given up',
    );
  });

  it('ends without a result when the signal aborts', async () => {
    const stop = new AbortController();
    const onFault = () => {
      stop.abort();
    };

    await expect(retry(stop.signal, { backOff, onFault }, () => Promise.reject(new Error('away')))).resolves.toBe(
      undefined,
    );
  });
});
