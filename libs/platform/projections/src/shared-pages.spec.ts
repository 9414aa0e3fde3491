import type { LogPage } from '@syntropic/event-store';
import type { Recorded } from '@syntropic/kernel';
import { SharedPages } from './shared-pages';

const HEAD = 25;
const PAGE = 10;

/** A log of 25 events, and the pages that were read of it. */
function aLog() {
  const reads: number[] = [];
  let failures = 0;
  const read = (after: number, limit = PAGE): Promise<LogPage> => {
    reads.push(after);
    if (failures-- > 0) return Promise.reject(new Error('away'));
    const positions = Array.from({ length: Math.min(limit, HEAD - after) }, (_, n) => after + n + 1);
    // Nothing but the position of an event is looked at.
    const events = positions.map((position) => ({ position }) as Recorded);
    return Promise.resolve({ events, head: { position: HEAD, epoch: 'e' }, behind: undefined });
  };
  const fail = () => {
    failures = 1;
  };
  return { read, reads, fail };
}

describe('pages of the log', () => {
  it('are read once for projections that come to them one after the other', async () => {
    const log = aLog();
    const pages = new SharedPages(log);
    for (const after of [0, 0, 10, 0, 10]) {
      expect((await pages.read(after, PAGE)).events).toHaveLength(PAGE);
    }
    expect(log.reads.filter((after) => after < 20)).toEqual([0, 10]);
  });

  it('are read before a projection that goes on asks for them', async () => {
    const log = aLog();
    const pages = new SharedPages(log);
    await pages.read(0, PAGE);
    expect(log.reads).toEqual([0, 10]);
    await pages.read(10, PAGE);
    expect(log.reads).toEqual([0, 10, 20]);
  });

  it('are read when they are asked for where projections are in different places', async () => {
    const log = aLog();
    const pages = new SharedPages(log);
    for (const after of [1, 7, 3, 11, 5]) await pages.read(after, PAGE);
    expect(log.reads).toEqual([1, 7, 3, 11, 5]);
  });

  it('that could not be read in advance are read again', async () => {
    const log = aLog();
    const pages = new SharedPages(log);
    const first = pages.read(0, PAGE);
    log.fail();
    await first;
    expect((await pages.read(10, PAGE)).events).toHaveLength(PAGE);
  });

  it('are read again where they end at the head, and after a failure', async () => {
    const log = aLog();
    const pages = new SharedPages(log);
    await pages.read(20, PAGE);
    await pages.read(20, PAGE);
    log.fail();
    await expect(pages.read(0, PAGE)).rejects.toThrow('away');
    await pages.read(0, PAGE);
    expect(log.reads).toEqual([20, 20, 0, 0]);
  });

  it('of another length are other pages', async () => {
    const log = aLog();
    const pages = new SharedPages(log);
    await pages.read(0, PAGE);
    expect((await pages.read(0, 1)).events).toHaveLength(1);
    expect(log.reads).toEqual([0, 10, 0]);
  });
});
