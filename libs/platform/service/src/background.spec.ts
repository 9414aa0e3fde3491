import { Logger } from '@nestjs/common';
import { once } from 'node:events';
import { Background, type Task } from './background';

/** A background with one task: these runs one after another, then one that lasts until the signal. */
function started(...runs: readonly Task[]) {
  const background = new Background();
  let starts = 0;
  const lastStart = new Promise<number>((resolve) => {
    background.add('the task', async (signal) => {
      const run = runs[starts++];
      if (run) return run(signal);
      resolve(starts);
      await once(signal, 'abort');
    });
  });
  background.onApplicationBootstrap();
  return { background, lastStart };
}

beforeAll(() => {
  Logger.overrideLogger(false);
});

describe('a background task', () => {
  it.each([
    ['fails', () => Promise.reject(new Error('away'))],
    ['ends before it is stopped', () => Promise.resolve()],
  ])('that %s is started again, and the service is not ready meanwhile', async (_, run) => {
    const { background, lastStart } = started(run, run);

    await expect(lastStart).resolves.toBe(3);
    await expect(background.check()).rejects.toThrow('the task is failing');
    await background.beforeApplicationShutdown();
  });

  it('has ended before the application closes its connections', async () => {
    const { background, lastStart } = started();
    await lastStart;
    await expect(background.check()).resolves.toBeUndefined();

    await expect(background.beforeApplicationShutdown()).resolves.toBeUndefined();
  });
});
