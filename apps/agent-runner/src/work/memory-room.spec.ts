import type { Backend, Limits } from '../workspaces';
import { MemoryRoom } from './memory-room';

const MEBIBYTE = 1024 ** 2;
const backend = {
  name: 'sandbox',
  memoryOf: ({ memoryBytes = 100 * MEBIBYTE }: Limits) => Promise.resolve(memoryBytes),
} as unknown as Backend;

describe('a workspace that may hold more memory than the runner has for all', () => {
  it('never gets a place, and says how much there is', async () => {
    const room = new MemoryRoom({ memoryBytes: 500 * MEBIBYTE }, [backend]);
    await room.prepare(['sandbox']);
    const wanted = { sessionId: 'large', backend, limits: { memoryBytes: 501 * MEBIBYTE } };

    await expect(room.take(wanted, AbortSignal.timeout(5_000))).rejects.toMatchObject({
      code: 'workspace.memory_not_held',
      message: expect.stringContaining('500 MiB') as string,
    });
    expect(room.isFree()).toBe(true);
  });

  it('gets one alone when it is a usual one', async () => {
    const room = new MemoryRoom({ memoryBytes: 50 * MEBIBYTE }, [backend]);
    await room.prepare(['sandbox']);
    await room.take({ sessionId: 'usual', backend, limits: {} }, AbortSignal.timeout(5_000));
    expect(room.isFree()).toBe(false);
  });
});
