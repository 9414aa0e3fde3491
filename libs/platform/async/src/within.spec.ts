import { within } from './within';

const LONG_MS = 60_000;
const never = new Promise(() => undefined);

describe('waiting within a time', () => {
  it('tells work that ended in time from work that did not', async () => {
    await expect(within(LONG_MS, Promise.resolve())).resolves.toBe(true);
    await expect(within(1, never)).resolves.toBe(false);
  });

  it('throws a rejection that came in time', async () => {
    await expect(within(LONG_MS, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });

  it('ignores a rejection that comes too late', async () => {
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<void>((_, reject) => (fail = reject));

    await expect(within(1, work)).resolves.toBe(false);
    fail(new Error('late'));

    await expect(work).rejects.toThrow('late');
  });
});
