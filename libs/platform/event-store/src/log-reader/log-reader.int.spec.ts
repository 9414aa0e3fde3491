import type { Recorded } from '@syntropic/kernel';
import { domainMessage } from '@syntropic/messaging';
import { eventually } from '@syntropic/testing';
import fc from 'fast-check';
import { NatsError } from 'nats';
import type { EventLog } from '../event-log';
import { allUpTo, relayOptions, useRelayedLog } from '../testing/relayed-log';
import { LogReader } from './log-reader';

const relayed = useRelayedLog();

type Following = Readonly<{ log?: EventLog; after?: number; live?: boolean }>;

/** Follows the log in the background, and records the batches. */
async function follow({ log = relayed.log(), after = 0, live = true }: Following = {}) {
  const connection = live ? await relayed.connect() : undefined;
  const stop = new AbortController();
  const batches: (readonly Recorded[])[] = [];
  const positions = () => batches.flat().map(({ position }) => position);

  const apply = async (events: readonly Recorded[]) => {
    const before = batches.length;
    await new Promise(setImmediate);
    if (batches.length !== before) throw new Error('two batches at once');
    batches.push(events);
  };
  const following = new LogReader(log, connection).follow(after, apply, stop.signal);

  return {
    batches,
    following,
    positions,
    reaches: (head: number) => eventually(() => positions().at(-1) === head),
    async stop() {
      stop.abort();
      await following;
      await connection?.close();
    },
    disconnect: () => connection?.close(),
  };
}

/** The log, and how many events were read from it. */
function counted(log: EventLog) {
  const read = { events: 0 };
  const counting: EventLog = {
    async read(after, limit) {
      const page = await log.read(after, limit);
      read.events += page.events.length;
      return page;
    },
    head: () => log.head(),
    readStream: (stream, afterVersion, limit) => log.readStream(stream, afterVersion, limit),
  };
  return { counting, read };
}

describe('a reader', () => {
  it('catches up from a position in batches of at most 1,000', async () => {
    const head = await relayed.append(2_500);
    const reader = await follow({ after: 100, live: false });

    await reader.reaches(head);

    expect(reader.positions()).toEqual(allUpTo(head).slice(100));
    expect(Math.max(...reader.batches.map(({ length }) => length))).toBe(1_000);
    await reader.stop();
  });

  it('follows without a bus', async () => {
    const reader = await follow({ live: false });
    await reader.reaches(await relayed.append(1));
    const head = await relayed.append(2);

    await reader.reaches(head);

    expect(reader.positions()).toEqual(allUpTo(head));
    await reader.stop();
  });

  it('takes live events from the bus, identical to those in the log', async () => {
    const relay = await relayed.startRelay();
    const { counting, read } = counted(relayed.log());
    const { position: after } = await relayed.log().head();
    const reader = await follow({ log: counting, after });
    // The reader is attached once an event has arrived without a read. An announced head may overtake a message, and costs a read.
    await eventually(async () => {
      const before = read.events;
      await reader.reaches(await relayed.append(1));
      return read.events === before;
    });
    const before = read.events;

    for (let one = 1; one <= 20; one += 1) await reader.reaches(await relayed.append(3));

    expect(read.events - before).toBeLessThan(20);
    expect(reader.batches.flat()).toEqual((await relayed.log().read(after)).events);
    await reader.stop();
    await relay.stop();
  });

  it('reads the log when the bus goes silent', async () => {
    const relay = await relayed.startRelay();
    const { position: after } = await relayed.log().head();
    const reader = await follow({ after });
    await reader.reaches(await relayed.append(1));

    await relay.stop();

    await reader.reaches(await relayed.append(1));
    await reader.stop();
  });

  it('reads events from the log that are too large for a message', async () => {
    const first = await relayed.startRelay();
    const { position: after, epoch } = await relayed.log().head();
    const reader = await follow({ after });
    await relayed.published(await relayed.append(1));
    await first.stop();
    const head = await relayed.append(1);
    const [event] = (await relayed.log().read(head - 1, 1)).events;
    if (!event) throw new Error('nothing was appended');
    const { subject, headers, data } = domainMessage(event, { ...relayOptions, epoch, maxPayload: 600 });
    expect(headers.has('ce-dataref')).toBe(true);
    await relayed.publish(subject, data, headers);
    const relay = await relayed.startRelay();

    await reader.reaches(await relayed.append(1));

    expect(reader.positions()).toEqual([head - 1, head, head + 1]);
    await reader.stop();
    await relay.stop();
  });

  it('ends with the error of its caller', async () => {
    const broken = new Error('the fold is wrong');
    const following = new LogReader(relayed.log(), undefined).follow(
      0,
      () => Promise.reject(broken),
      new AbortController().signal,
    );

    await expect(following).rejects.toBe(broken);
  });

  it('does not skip a position that the log lacks', async () => {
    const log = relayed.log();
    const gap: EventLog = {
      read: async (after, limit) => {
        const page = await log.read(after, limit);
        return { ...page, events: page.events.filter(({ position }) => position !== 5) };
      },
      head: () => log.head(),
      readStream: (stream, afterVersion, limit) => log.readStream(stream, afterVersion, limit),
    };
    const reader = await follow({ log: gap, live: false });

    await expect(reader.following).rejects.toThrow('the log lacks position 5');
  });
});

function unlessJetStream(error: unknown): void {
  if (!(error instanceof NatsError)) throw error;
}

describe('a reader while the bus loses and duplicates messages', () => {
  const disturbances = {
    nothing: () => Promise.resolve(),
    async deletedStream() {
      await (await relayed.manager()).streams.delete('DOMAIN');
    },
    async emptiedStream() {
      await (await relayed.manager()).streams.purge('DOMAIN');
    },
    async deletedConsumers() {
      const { consumers } = await relayed.manager();
      const listed = await consumers.list('DOMAIN').next();
      for (const { name } of listed) await consumers.delete('DOMAIN', name);
    },
    async oldMessage() {
      const { position, epoch } = await relayed.log().head();
      const [event] = (await relayed.log().read(Math.floor(position / 2), 1)).events;
      if (!event) return;
      const { subject, headers, data } = domainMessage(event, { ...relayOptions, epoch, maxPayload: 2 ** 20 });
      await relayed.publish(subject, data, headers);
    },
    async restartedServer() {
      await relayed.nats.kill();
      await relayed.nats.start();
    },
    wipedServer: () => relayed.nats.wipe(),
    async cutConnections() {
      await relayed.database.pool.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
    },
  };
  type Disturbance = keyof typeof disturbances;

  it('applies every event once and in order', async () => {
    const relay = await relayed.startRelay();
    const { position: after } = await relayed.log().head();
    const reader = await follow({ after });
    const step = fc.record({
      events: fc.integer({ min: 0, max: 300 }),
      then: fc.constantFrom(...(Object.keys(disturbances) as Disturbance[])),
    });

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
        for (const { events, then } of steps) {
          if (events > 0) await relayed.append(events);
          // An earlier disturbance may have removed the stream that this one needs.
          await disturbances[then]().catch(unlessJetStream);
        }
        const head = await relayed.append(1);
        await reader.reaches(head);
        expect(reader.positions()).toEqual(allUpTo(head).slice(after));
      }),
      { numRuns: 5 },
    );

    await reader.stop();
    await relay.stop();
  });
});

describe('a log that is restored under its reader', () => {
  it('ends the reading, because positions have a new meaning', async () => {
    const relay = await relayed.startRelay();
    const reader = await follow();
    // After its first event the reader knows the log's epoch.
    await reader.reaches(await relayed.append(1));
    await relayed.database.pool.query('update log.log_head set store_epoch = gen_random_uuid()');

    await expect(reader.following).rejects.toThrow('the log was restored');
    await reader.disconnect();
    await relay.stop();
  });
});
