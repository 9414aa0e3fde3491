import type { Recorded } from '@syntropic/kernel';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { EventAppender } from './event-appender';
import { LogReader } from './log-reader/log-reader';
import { allUpTo, appendRequestOf, useRelayedLog } from './testing/relayed-log';

/** No step begins after another by itself. */
const pace = { times: 0, leastMs: 3_600_000, mostMs: 3_600_000 };

const relayed = useRelayedLog();

describe('calls of the append', () => {
  it('do not wait for their pace once sixteen appends wait', async () => {
    const appender = new EventAppender(relayed.pool(), { pace });
    const append = () => appender.append({ ...appendRequestOf(1), stream: `execution-${randomUUID()}` });
    // Two callers at once share the store, so the next call keeps the pace.
    await Promise.all([append(), append()]);

    const few = Array.from({ length: 15 }, append);
    await setImmediate();
    const outcomes = await Promise.all([...few, append()]);

    expect(outcomes.map(({ is }) => is)).toEqual(Array.from({ length: 16 }, () => 'appended'));
  });
});

describe('batches of a reader', () => {
  async function follow() {
    const stop = new AbortController();
    const batches: (readonly Recorded[])[] = [];
    const apply = (events: readonly Recorded[]) => {
      batches.push(events);
      return Promise.resolve();
    };
    const { position } = await relayed.log().head();
    const following = new LogReader(relayed.log(), undefined, { pace }).follow(position, apply, stop.signal);
    return {
      sizes: () => batches.map(({ length }) => length),
      async stop() {
        stop.abort();
        await following;
      },
    };
  }

  it('do not wait for their pace behind a large one, nor at the end', async () => {
    const reader = await follow();
    await relayed.append(100);
    await eventually(() => reader.sizes().length === 1);
    await relayed.append(2);
    await eventually(() => reader.sizes().length === 2);
    await relayed.append(1);

    await reader.stop();

    expect(reader.sizes().slice(0, 2)).toEqual([100, 2]);
  });
});

describe('pages of the relay', () => {
  it('do not wait for their pace while the one before has left events', async () => {
    await relayed.append(600);
    const relay = await relayed.startRelay({ pace });
    const { position } = await relayed.log().head();

    expect(await relayed.published(position)).toEqual(allUpTo(position));
    await relay.stop();
  });
});
