import { KeyedMutex } from './keyed-mutex';

describe('a keyed mutex', () => {
  it('runs work of one key in the order of the calls, also after a failure', async () => {
    const mutex = new KeyedMutex();
    const done: string[] = [];
    let finishFirst: () => void = () => undefined;
    const first = mutex.run('a', () =>
      new Promise<void>((resolve) => (finishFirst = resolve)).then(() => done.push('1')),
    );
    const second = mutex.run('a', () => Promise.reject(new Error('refused')));
    const third = mutex.run('a', () => Promise.resolve(done.push('3')));

    finishFirst();

    await expect(second).rejects.toThrow('refused');
    await Promise.all([first, third]);
    expect(done).toEqual(['1', '3']);
  });

  it('does not make work of another key wait', async () => {
    const mutex = new KeyedMutex();
    void mutex.run('a', () => new Promise(() => undefined));

    await expect(mutex.run('b', () => Promise.resolve('done'))).resolves.toBe('done');
  });
});
