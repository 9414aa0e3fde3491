import { eventually, TYPESCRIPT_HOOK } from '@syntropic/testing';
import { join } from 'node:path';
import { DeadlineMissed, isOutOfMemory } from './thread-run';
import { WorkerThread } from './worker-thread';

const program = { file: join(__dirname, 'testing/echo.worker.ts'), execArgv: ['-r', TYPESCRIPT_HOOK] };
const threads: WorkerThread<string, string>[] = [];

function aThread(more: object = {}): WorkerThread<string, string> {
  const thread = new WorkerThread<string, string>({ ...program, ...more });
  threads.push(thread);
  return thread;
}
afterAll(() => Promise.all(threads.map((thread) => thread.close())));

const faultOf = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

describe('a worker thread', () => {
  it('answers each call, in the order of the calls', async () => {
    const thread = aThread();
    const answers: string[] = [];
    await Promise.all(['one', 'two', 'three'].map(async (text) => answers.push(await thread.call(text))));

    expect(answers).toEqual(['one', 'two', 'three']);
  });

  it('goes on after a call that throws', async () => {
    const thread = aThread();
    const [fault, next] = [thread.call('fault'), thread.call('next')];

    await expect(fault).rejects.toThrow('told to');
    await expect(next).resolves.toBe('next');
  });

  it('is replaced after a missed deadline, with every call that waits for it failed', async () => {
    const thread = aThread();
    await thread.start();
    const [late, behind] = [thread.call('hang', { withinMs: 100 }), faultOf(thread.call('behind'))];

    expect(await faultOf(late)).toBeInstanceOf(DeadlineMissed);
    expect(await behind).toBeInstanceOf(DeadlineMissed);
    await expect(thread.call('next', { withinMs: 60_000 })).resolves.toBe('next');
  });

  it('fails no call to its successor when it has ended by a fault', async () => {
    const thread = aThread();
    const crashing = await thread.call('who');
    // Calls before the crash, and its own, are answered or fail with it; the first one behind it starts the successor.
    await faultOf(thread.call('crash'));
    await eventually(async () => {
      const answer = await faultOf(thread.call('who'));
      expect(answer).toEqual(expect.any(Number));
      expect(answer).not.toBe(crashing);
    });
    await expect(Promise.all([thread.call('one'), thread.call('two')])).resolves.toEqual(['one', 'two']);
  });

  it('is replaced when it has ended by itself', async () => {
    const thread = aThread();

    await expect(thread.call('die')).rejects.toThrow('the thread has ended');
    await expect(thread.call('next')).resolves.toBe('next');
  });

  it('is replaced when its heap is full, and says so', async () => {
    const thread = aThread({ heapMb: 32 });

    expect(isOutOfMemory(await faultOf(thread.call('grow')))).toBe(true);
    await expect(thread.call('next')).resolves.toBe('next');
  });

  it('reports a program that does not start, to each call', async () => {
    const thread = aThread({ file: join(__dirname, 'testing/none.js') });

    await expect(thread.call('one')).rejects.toThrow('Cannot find module');
    await expect(thread.call('two')).rejects.toThrow('Cannot find module');
  });

  it('fails the calls that wait when it is closed', async () => {
    const thread = aThread();
    await thread.start();
    const waiting = faultOf(thread.call('hang'));
    await new Promise(setImmediate);
    await thread.close();

    expect(await waiting).toMatchObject({ message: 'the thread is closed' });
  });
});
