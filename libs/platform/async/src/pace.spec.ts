import { Pace } from './pace';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const aPace = () => new Pace({ times: 3, leastMs: 10, mostMs: 100 });
const { signal } = new AbortController();

async function stepped(durationMs: number, pace = aPace()): Promise<Pace> {
  await pace.step(() => {
    jest.advanceTimersByTime(durationMs);
    return Promise.resolve();
  });
  return pace;
}

/** The time until the next turn. */
async function waitMs(pace: Pace, turn: Parameters<Pace['turn']>[0] = { signal }): Promise<number> {
  const since = performance.now();
  const taken = pace.turn(turn).then(() => performance.now() - since);
  await jest.runAllTimersAsync();
  return taken;
}

describe('a pace', () => {
  it('lets the first step begin at once', async () => {
    await expect(waitMs(aPace())).resolves.toBe(0);
  });

  it.each([
    [1, 9],
    [20, 40],
    [90, 10],
    [500, 0],
  ])('lets the next step after one of %d ms begin in %d ms', async (durationMs, expected) => {
    await expect(waitMs(await stepped(durationMs))).resolves.toBe(expected);
  });

  it('lets a step begin at once after a rest', async () => {
    const pace = await stepped(20);
    jest.advanceTimersByTime(40);
    await expect(waitMs(pace)).resolves.toBe(0);
  });

  it('lets a large step begin at once', async () => {
    await expect(waitMs(await stepped(20), { isLarge: true, signal })).resolves.toBe(0);
  });

  it('does not wait beyond the signal', async () => {
    await expect(waitMs(await stepped(20), { signal: AbortSignal.abort() })).resolves.toBe(0);
  });

  it('follows the last step alone', async () => {
    await expect(waitMs(await stepped(2, await stepped(50)))).resolves.toBe(8);
  });

  it('waits for a step that is under way, and for the rest of its time once it has ended', async () => {
    const pace = aPace();
    let end: () => void = () => undefined;
    const underWay = pace.step(() => new Promise<void>((resolve) => (end = resolve)));
    const turn = waitMs(pace);
    jest.advanceTimersByTime(4);
    end();
    await underWay;
    await expect(turn).resolves.toBe(12);
  });

  it('waits for a step that does not end as long as for the longest', async () => {
    const pace = aPace();
    void pace.step(() => new Promise(() => undefined));
    await expect(waitMs(pace)).resolves.toBe(100);
  });

  it('measures a step that fails, too', async () => {
    const pace = aPace();
    const failing = pace.step(() => {
      jest.advanceTimersByTime(20);
      return Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    await expect(waitMs(pace)).resolves.toBe(40);
  });
});
