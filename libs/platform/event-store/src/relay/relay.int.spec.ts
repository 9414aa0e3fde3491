import { drainAndClose, LOG_HEAD, recordedOf } from '@syntropic/messaging';
import { eventually } from '@syntropic/testing';
import fc from 'fast-check';
import { headers } from 'nats';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Head } from '../event-log';
import { allUpTo, relayOptions, useRelayedLog } from '../testing/relayed-log';
import { DomainStream, isStreamConflict } from './domain-stream';

describe('a relay', () => {
  const relayed = useRelayedLog();

  it('publishes the log, each event complete, on a subject of five tokens', async () => {
    const relay = await relayed.startRelay();
    const head = await relayed.append(3, 'workflow-tidy.up');
    const positions = await relayed.published(head);

    const { streams } = await relayed.manager();
    const stored = await streams.getMessage('DOMAIN', {
      last_by_subj: 'domain.orchestration.workflow.tidy%2Eup.Counted',
    });
    const [event] = (await relayed.log().read(head - 1, 1)).events;
    expect(recordedOf({ headers: stored.header, data: stored.data })).toEqual(event);
    expect(stored.header.get('ce-specversion')).toBe('1.0');
    expect(positions).toEqual(allUpTo(head));
    await relay.stop();
  });

  it('announces the head of the log each second', async () => {
    const relay = await relayed.startRelay();
    const connection = await relayed.connect();
    const heads: Head[] = [];
    connection.subscribe(LOG_HEAD, { callback: (_, message) => heads.push(message.json<Head>()) });

    const head = await relayed.append(1);
    await eventually(() => heads.at(-1)?.position === head);

    expect(heads.at(-1)).toEqual(await relayed.log().head());
    await drainAndClose(connection);
    await relay.stop();
  });

  it('continues at the end of the stream after a restart of the server, which forgets the last id', async () => {
    const relay = await relayed.startRelay();
    await relayed.published(await relayed.append(5));

    await relayed.nats.kill();
    await relayed.nats.start();
    const head = await relayed.append(5);

    expect(await relayed.published(head)).toEqual(allUpTo(head));
    await relay.stop();
  });
});

describe('relays that are killed or lose their lease', () => {
  const relayed = useRelayedLog();

  it('publish every event exactly once and in order', async () => {
    const step = fc.record({
      events: fc.integer({ min: 1, max: 600 }),
      then: fc.constantFrom('kill', 'take the lease', 'nothing'),
      afterMs: fc.integer({ min: 0, max: 40 }),
    });
    const relays = [await relayed.startRelay(), await relayed.startRelay()];
    const killed: typeof relays = [];

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        let head = 0;
        for (const { events, then, afterMs } of steps) {
          head = await relayed.append(events);
          await pause(afterMs);
          if (then === 'kill') {
            const [victim] = relays.splice(0, 1, await relayed.startRelay());
            victim?.kill();
            if (victim) killed.push(victim);
          }
          if (then === 'take the lease') {
            await relayed.database.pool.query(
              'update ops.leases set owner = gen_random_uuid(), expires_at = clock_timestamp()',
            );
          }
        }
        expect(await relayed.published(head)).toEqual(allUpTo(head));
      }),
      { numRuns: 8 },
    );

    expect(killed).not.toEqual([]);
    await Promise.all([...relays, ...killed].map((relay) => relay.stop()));
  });
});

describe('two relays that write the stream at once', () => {
  const relayed = useRelayedLog();

  it('conflict: one of them is refused completely', async () => {
    const head = await relayed.append(30);
    const { events } = await relayed.log().read(0, head);
    const connections = [await relayed.connect(), await relayed.connect()];
    const writers = connections.map((connection) => new DomainStream(connection, relayOptions));
    await writers[0]?.ensure();

    const results = await Promise.allSettled(writers.map((writer) => writer.publish(events, randomUUID(), 0)));

    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(failures.filter(isStreamConflict)).toHaveLength(1);
    expect(await relayed.published(head)).toEqual(allUpTo(head));
    await Promise.all(connections.map(drainAndClose));
  });
});

describe('a stream that was changed from outside', () => {
  const relayed = useRelayedLog();
  let relay: Awaited<ReturnType<typeof relayed.startRelay>>;

  beforeAll(async () => {
    relay = await relayed.startRelay();
    await relayed.published(await relayed.append(3));
  });
  beforeEach(() => relayed.stored());
  afterAll(() => relay.stop());

  it('is created again after it was deleted, without waiting for an event, and continues with the next', async () => {
    const { streams } = await relayed.manager();
    await streams.delete('DOMAIN');

    await eventually(() => streams.info('DOMAIN'));
    const head = await relayed.append(2);

    expect(await relayed.published(head)).toEqual([head - 1, head]);
  });

  it('continues with the next event after it was purged', async () => {
    const { streams } = await relayed.manager();
    await streams.purge('DOMAIN');

    const head = await relayed.append(2);

    expect(await relayed.published(head)).toEqual([head - 1, head]);
  });

  it('is created again when the server has lost all its data', async () => {
    await relayed.nats.wipe();

    const head = await relayed.append(2);

    expect(await relayed.published(head)).toEqual([head - 1, head]);
  });

  it('is purged when it holds messages beyond the log, and drops nothing that is published again', async () => {
    const { position, epoch } = await relayed.log().head();
    for (const beyond of [position + 1, position + 1_000]) {
      const foreign = headers();
      foreign.set('Syn-Position', String(beyond));
      foreign.set('Syn-Epoch', epoch);
      foreign.set('Nats-Msg-Id', `${epoch}.${beyond}`);
      await relayed.publish('domain.orchestration.execution.x.Counted', Buffer.from('{}'), foreign);
    }

    const head = await relayed.append(2);

    expect(await relayed.published(head)).toEqual([head - 1, head]);
  });

  it('is purged when the log was restored under a new epoch', async () => {
    await relayed.database.pool.query('update log.log_head set store_epoch = gen_random_uuid()');
    const { streams } = await relayed.manager();
    await eventually(async () => (await streams.info('DOMAIN')).state.messages === 0);

    const head = await relayed.append(2);

    expect(await relayed.published(head)).toEqual([head - 1, head]);
    const last = await streams.getMessage('DOMAIN', { last_by_subj: 'domain.>' });
    expect(last.header.get('Syn-Epoch')).toBe((await relayed.log().head()).epoch);
  });
});
