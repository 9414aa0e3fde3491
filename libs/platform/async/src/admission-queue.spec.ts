import { AdmissionQueue, Overloaded } from './admission-queue';

const LONG_MS = 60_000;
const limits = { concurrent: 1, waitingBytes: 10, reserveMs: 0 };

/** Work that ends when it is told to. */
function workload() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    work: (name: string) => () => {
      begun.push(name);
      return new Promise<string>((resolve) =>
        ends.set(name, () => {
          resolve(name);
        }),
      );
    },
    end: (name: string) => ends.get(name)?.(),
  };
}

const outcomeOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('admission', () => {
  it('lets so much work run at the same time, and the rest in its order', async () => {
    const queue = new AdmissionQueue(limits);
    const { work, begun, end } = workload();
    const demand = { bytes: 1, withinMs: LONG_MS };
    const running = ['one', 'two', 'three'].map((name) => queue.run(work(name), demand));
    expect(begun).toEqual(['one']);

    end('one');
    await running[0];
    expect(begun).toEqual(['one', 'two']);
    end('two');
    await running[1];
    end('three');

    await expect(Promise.all(running)).resolves.toEqual(['one', 'two', 'three']);
  });

  it('without limits lets everything wait for its turn, also after a failure', async () => {
    const queue = new AdmissionQueue({ concurrent: 2 });
    const { work, begun, end } = workload();
    const failing = queue.run(() => Promise.reject(new Error('refused')));
    const running = ['one', 'two', 'three'].map((name) => queue.run(work(name)));
    await expect(failing).rejects.toThrow('refused');
    const late = queue.run(work('late'), { bytes: 1, withinMs: 20 });
    await expect(late).rejects.toThrow(Overloaded);
    expect(begun).toEqual(['one', 'two']);

    end('two');
    await running[1];
    expect(begun).toEqual(['one', 'two', 'three']);
    end('one');
    end('three');
    await expect(Promise.all(running)).resolves.toEqual(['one', 'two', 'three']);
  });

  it('refuses at once more pieces of work than may wait', async () => {
    const queue = new AdmissionQueue({ concurrent: 1, waiting: 1 });
    const { work, end } = workload();
    const running = [queue.run(work('one')), queue.run(work('two'))];

    await expect(queue.run(work('three'))).rejects.toThrow(Overloaded);
    end('one');
    await running[0];
    end('two');
    await expect(Promise.all(running)).resolves.toEqual(['one', 'two']);
  });

  it('goes on after work that fails', async () => {
    const queue = new AdmissionQueue(limits);
    const demand = { bytes: 1, withinMs: LONG_MS };
    const failing = queue.run(() => Promise.reject(new Error('away')), demand);
    const next = queue.run(() => Promise.resolve('done'), demand);

    await expect(failing).rejects.toThrow('away');
    await expect(next).resolves.toBe('done');
  });

  it('refuses at once what would exceed the bytes that may wait', async () => {
    const queue = new AdmissionQueue(limits);
    const { work, end } = workload();
    const running = [queue.run(work('one'), { bytes: 99, withinMs: LONG_MS })];
    running.push(queue.run(work('two'), { bytes: 10, withinMs: LONG_MS }));

    await expect(queue.run(work('three'), { bytes: 1, withinMs: LONG_MS })).rejects.toThrow(Overloaded);

    end('one');
    await running[0];
    end('two');
    await Promise.all(running);
    await expect(queue.run(() => Promise.resolve('four'), { bytes: 99, withinMs: LONG_MS })).resolves.toBe('four');
  });

  it('never begins work after its deadline', async () => {
    const queue = new AdmissionQueue(limits);
    const { work, begun, end } = workload();
    const slow = queue.run(work('slow'), { bytes: 1, withinMs: LONG_MS });

    const late = await outcomeOf(queue.run(work('late'), { bytes: 1, withinMs: 10 }));

    expect(late).toBeInstanceOf(Overloaded);
    end('slow');
    await slow;
    expect(begun).toEqual(['slow']);
  });

  it('refuses the last in the queue early when the measured rate is too low for their deadline', async () => {
    const queue = new AdmissionQueue(limits);
    const work = () => new Promise((resolve) => setTimeout(resolve, 100));
    const outcomes: string[] = [];
    const all = Array.from({ length: 11 }, async () => {
      const outcome = await outcomeOf(queue.run(work, { bytes: 1, withinMs: 600 }));
      outcomes.push(outcome instanceof Overloaded ? 'refused' : 'done');
    });

    await Promise.all(all);

    expect(outcomes.indexOf('refused')).toBeGreaterThan(0);
    expect(outcomes.indexOf('refused')).toBeLessThan(outcomes.lastIndexOf('done'));
  });

  describe('by a clock of the spec', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('refuses what will be too late as soon as the rate is known, long before its deadline', async () => {
      const queue = new AdmissionQueue(limits);
      const refused: number[] = [];
      const work = () => new Promise((resolve) => setTimeout(resolve, 100));
      const ask = (withinMs: number) =>
        outcomeOf(queue.run(work, { bytes: 1, withinMs })).then((outcome) => {
          if (outcome instanceof Overloaded) refused.push(performance.now() - began);
        });
      const began = performance.now();
      const all = Array.from({ length: 11 }, () => ask(650));

      await jest.advanceTimersByTimeAsync(310);
      const early = refused.length;
      const newcomer = ask(50);
      await jest.advanceTimersByTimeAsync(0);

      // Of seven that wait, one begins each 100 ms.
      expect(early).toBe(4);
      expect(refused).toHaveLength(early + 1);
      await jest.advanceTimersByTimeAsync(1_000);
      await Promise.all([...all, newcomer]);
      expect(refused).toHaveLength(early + 1);
    });
  });
});
