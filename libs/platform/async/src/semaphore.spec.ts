import { Semaphore } from './semaphore';

describe('a semaphore', () => {
  it('runs so many pieces of work at a time, in the order of the calls, also after a failure', async () => {
    const semaphore = new Semaphore(2);
    const begun: string[] = [];
    const finish: (() => void)[] = [];
    const work = (name: string) =>
      semaphore.run(() => {
        begun.push(name);
        return new Promise<void>((resolve) => finish.push(resolve));
      });
    const failing = semaphore.run(() => Promise.reject(new Error('refused')));
    const running = [work('1'), work('2'), work('3')];
    await expect(failing).rejects.toThrow('refused');
    await new Promise(setImmediate);
    const before = [...begun];

    finish[1]?.();
    await running[1];
    await new Promise(setImmediate);

    expect(before).toEqual(['1', '2']);
    expect(begun).toEqual(['1', '2', '3']);
  });
});
