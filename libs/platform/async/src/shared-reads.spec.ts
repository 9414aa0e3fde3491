import { SharedReads } from './shared-reads';

/** Reads that end when they are told to, each with its number. */
function numberedReads() {
  const ends: (() => void)[] = [];
  return {
    ends,
    read: () =>
      new Promise<number>((resolve) => {
        const number = ends.length + 1;
        ends.push(() => {
          resolve(number);
        });
      }),
  };
}

describe('shared reads', () => {
  it('give callers that come during a read the next one, which begins after their call', async () => {
    const shared = new SharedReads<number>();
    const { read, ends } = numberedReads();
    const first = shared.read('a', read);
    const during = [shared.read('a', read), shared.read('a', read)];
    expect(ends).toHaveLength(1);

    ends[0]?.();
    await first;
    await Promise.resolve();
    const late = shared.read('a', read);
    ends[1]?.();
    await Promise.all(during);
    ends[2]?.();

    await expect(Promise.all([first, ...during, late])).resolves.toEqual([1, 2, 2, 3]);
    expect(ends).toHaveLength(3);
  });

  it('of different keys go on side by side', async () => {
    const shared = new SharedReads<number>();
    const { read, ends } = numberedReads();
    const both = [shared.read('a', read), shared.read('b', read)];
    for (const end of ends) end();

    await expect(Promise.all(both)).resolves.toEqual([1, 2]);
  });

  it('tell a fault to the callers of that read alone', async () => {
    const shared = new SharedReads<string>();
    const failing = shared.read('a', () => Promise.reject(new Error('away')));
    const next = shared.read('a', () => Promise.resolve('here'));

    await expect(failing).rejects.toThrow('away');
    await expect(next).resolves.toBe('here');
    await expect(shared.read('a', () => Promise.resolve('still here'))).resolves.toBe('still here');
  });
});
