import { TELEMETRY_STREAM, type TelemetryStore } from '@syntropic/telemetry';
import { eventually } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { numbered, useCollectors } from './testing/collector.fixture';

const collectors = useCollectors();

describe('nothing is lost or doubled', () => {
  it('when a collector dies between commit and acknowledgement', async () => {
    const { event, batch, stored } = collectors.session();
    const events = [event(), event()];
    await collectors.start({ store: diesAfterCommit });

    const sent = collectors.send(batch(1, events));
    await eventually(async () => (await stored()).length === 2);
    await collectors.start();

    await expect(sent).resolves.toEqual({ committed: 2 });
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('when no collector is there for a while', async () => {
    const { event, batch, stored } = collectors.session();
    const events = [event()];
    const sent = collectors.send(batch(1, events));
    await collectors.start();

    await expect(sent).resolves.toEqual({ committed: 1 });
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('when the consumer is deleted under the collector', async () => {
    await collectors.start();
    const { event, batch, stored } = collectors.session();
    const events = [event(), event()];
    await collectors.send(batch(1, events.slice(0, 1)));
    const manager = await (await collectors.connect('command-service')).jetstreamManager();
    await manager.consumers.delete(TELEMETRY_STREAM, 'collector');

    await expect(collectors.send(batch(2, events.slice(1)))).resolves.toEqual({ committed: 2 });
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('when the bus is wiped under the collector', async () => {
    await collectors.start();
    const { event, batch, stored } = collectors.session();
    const events = [event(), event()];
    await collectors.send(batch(1, events.slice(0, 1)));
    await collectors.server.wipe();
    const sent = collectors.send(batch(2, events.slice(1)));
    await collectors.ensureTelemetryStream();

    await expect(sent).resolves.toEqual({ committed: 2 });
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('when the store stands still and the buffer is full', async () => {
    await collectors.start({ capacity: 10 });
    const lock = await collectors.database.pool.connect();
    await lock.query('begin; lock table telemetry.seen in access exclusive mode');
    const sessions = Array.from({ length: 8 }, collectors.session);
    const sent = sessions.map(({ event, batch }) => {
      const events = Array.from({ length: 5 }, () => event());
      return { events, answer: collectors.send(batch(1, events)) };
    });
    const manager = await (await collectors.connect('command-service')).jetstreamManager();
    await eventually(async () => {
      const { num_redelivered } = await manager.consumers.info(TELEMETRY_STREAM, 'collector');
      return num_redelivered > 0;
    });
    await lock.query('commit');
    lock.release();

    await expect(Promise.all(sent.map(({ answer }) => answer))).resolves.toEqual(sent.map(() => ({ committed: 5 })));
    for (const [index, { stored }] of sessions.entries()) {
      await expect(stored()).resolves.toEqual(numbered(sent[index]?.events ?? []));
    }
  });
});

/** Commits, and loses its connection before it acknowledges. */
function diesAfterCommit(nats: NatsConnection): TelemetryStore {
  const store = collectors.store();
  return {
    maintain: () => store.maintain(),
    insert: async (batches) => {
      const stored = await store.insert(batches);
      await nats.close();
      return stored;
    },
  };
}
