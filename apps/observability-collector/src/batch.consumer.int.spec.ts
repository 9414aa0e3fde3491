import {
  connectNats,
  DeadLetters,
  ensureStreams,
  hangUp,
  natsOptions,
  natsUsers,
  type ServiceName,
} from '@syntropic/messaging';
import { createPool } from '@syntropic/postgres';
import {
  BatchRefused,
  CollectorClient,
  EventBuffer,
  LeaseLost,
  liveSubject,
  PostgresTelemetryStore,
  TELEMETRY_STREAM,
  TelemetryReader,
  telemetrySubject,
  type SpooledBatch,
  type TelemetryEvent,
  type TelemetryFrame,
  type TelemetryStore,
} from '@syntropic/telemetry';
import { eventually, useDatabase, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { BatchConsumer } from './batch.consumer';

const database = useDatabase();
const server = useNats(
  natsUsers({
    gateway: randomUUID(),
    'command-service': randomUUID(),
    'projection-worker': randomUUID(),
    'observability-collector': randomUUID(),
    'agent-runner': randomUUID(),
  }),
);
const address = (name: ServiceName) => ({ url: server.urlAs(name), name });

const opened: NatsConnection[] = [];
const collectors: Collector[] = [];
let pool: Pool;
let runner: NatsConnection;
let client: CollectorClient;
let reader: TelemetryReader;

beforeAll(async () => {
  pool = createPool(database.urlAs('syn_collector'));
  reader = new TelemetryReader(database.pool);
  runner = await connected('agent-runner');
  const { inboxPrefix } = natsOptions(address('agent-runner'));
  client = new CollectorClient(runner, { inboxPrefix, resendAfterMs: 300 });
});
beforeEach(ensureTelemetryStream);
afterEach(() => Promise.all(collectors.splice(0).map((collector) => collector.stop())));
afterAll(async () => {
  await Promise.all(opened.map(hangUp));
  await pool.end();
});

async function connected(name: ServiceName): Promise<NatsConnection> {
  const nats = await connectNats(address(name));
  opened.push(nats);
  return nats;
}

async function ensureTelemetryStream() {
  await ensureStreams(await connected('command-service'), { replicas: 1 });
}

class Collector {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  private constructor(
    readonly nats: NatsConnection,
    { store, capacity }: { store: TelemetryStore; capacity: number },
  ) {
    const letters = new DeadLetters(pool, nats, 'observability-collector');
    const consumer = new BatchConsumer({
      nats,
      buffer: new EventBuffer(store, { capacity }),
      observer: { stored: () => undefined, postponed: () => undefined },
      bury: (message, reason) => letters.bury(message, reason),
    });
    this.#running = consumer.run(this.#stopping.signal).catch(() => undefined);
  }

  static async start({
    store = () => new PostgresTelemetryStore(pool),
    capacity = 10_000,
  }: { store?: (nats: NatsConnection) => TelemetryStore; capacity?: number } = {}): Promise<Collector> {
    const nats = await connected('observability-collector');
    const collector = new Collector(nats, { store: store(nats), capacity });
    collectors.push(collector);
    return collector;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}

function aSession() {
  const sessionId = randomUUID();
  const executionId = `exec-${randomUUID().slice(-12)}`;
  const event = (data: TelemetryEvent['data'] = { text: 'hello' }): TelemetryEvent => ({
    id: randomUUID(),
    type: 'agent_output',
    time: new Date().toISOString(),
    sessionId,
    executionId,
    phaseId: 'plan',
    data,
  });
  const batch = (firstLine: number, events: readonly TelemetryEvent[], token = 1): SpooledBatch => ({
    sessionId,
    executionId,
    lease: { sessionId, token },
    firstLine,
    lastLine: firstLine + events.length - 1,
    events,
  });
  const stored = async () => (await reader.after(executionId, 0, 10_000)).map(({ id, sequence }) => ({ id, sequence }));
  return { sessionId, executionId, event, batch, stored };
}

const numbered = (events: readonly TelemetryEvent[]) => events.map(({ id }, index) => ({ id, sequence: index + 1 }));

describe('a batch', () => {
  it('is stored, acknowledged to its runner, and shown live', async () => {
    await Collector.start();
    const { executionId, event, batch, stored } = aSession();
    const frames: TelemetryFrame[] = [];
    const gateway = await connected('gateway');
    gateway.subscribe(liveSubject(executionId), { callback: (_, message) => frames.push(message.json()) });
    await gateway.flush();
    const events = [event(), event(), event()];

    await expect(client.sendBatch(batch(1, events))).resolves.toEqual({ committed: 3 });
    await expect(client.sendBatch(batch(4, [event()]))).resolves.toEqual({ committed: 4 });

    expect((await stored()).slice(0, 3)).toEqual(numbered(events));
    await eventually(() => frames.length === 2);
    expect(
      frames.map(({ lane, first, events: shown }) => [lane, first, shown.map(({ sequence }) => sequence)]),
    ).toEqual([
      ['telemetry', 1, [1, 2, 3]],
      ['telemetry', 4, [4]],
    ]);
  });

  it('that is sent again is committed again and stored once', async () => {
    await Collector.start();
    const { event, batch, stored } = aSession();
    const events = [event(), event()];
    const answers = await Promise.all([1, 2, 3].map(() => client.sendBatch(batch(1, events))));

    expect(answers).toEqual([{ committed: 2 }, { committed: 2 }, { committed: 2 }]);
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('larger than a message travels in parts', async () => {
    await Collector.start();
    const { event, batch, stored } = aSession();
    const text = 'x'.repeat((runner.info?.max_payload ?? 0) / 3);
    const events = [1, 2, 3, 4, 5].map(() => event({ text }));

    await expect(client.sendBatch(batch(1, events))).resolves.toEqual({ committed: 5 });
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('without events says how far the lines are', async () => {
    await Collector.start();
    const { batch } = aSession();
    await expect(client.sendBatch({ ...batch(1, []), lastLine: 7 })).resolves.toEqual({ committed: 7 });
  });

  it('whose lease is lost is refused for good', async () => {
    await Collector.start();
    const { event, batch, stored } = aSession();
    const events = [event()];
    await client.sendBatch(batch(1, events, 2));

    await expect(client.sendBatch(batch(2, [event()], 1))).rejects.toThrow(LeaseLost);
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('that is none is buried and refused', async () => {
    await Collector.start();
    const { event, batch, executionId, sessionId } = aSession();
    const foreign = { ...event(), sessionId: randomUUID() };

    await expect(client.sendBatch(batch(1, [foreign]))).rejects.toThrow(BatchRefused);
    const { rows } = await database.pool.query<{ reason: string }>(
      'select reason from ops.dead_letters where subject = $1',
      [telemetrySubject(executionId, sessionId)],
    );
    expect(rows).toEqual([{ reason: expect.stringContaining('another session') as string }]);
  });
});

describe('nothing is lost or doubled', () => {
  it('when a collector dies between commit and acknowledgement', async () => {
    const { event, batch, stored } = aSession();
    const events = [event(), event()];
    await Collector.start({ store: diesAfterCommit });

    const sent = client.sendBatch(batch(1, events));
    await eventually(async () => (await stored()).length === 2);
    await Collector.start();

    await expect(sent).resolves.toEqual({ committed: 2 });
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('when no collector is there for a while', async () => {
    const { event, batch, stored } = aSession();
    const events = [event()];
    const sent = client.sendBatch(batch(1, events));
    await Collector.start();

    await expect(sent).resolves.toEqual({ committed: 1 });
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('when the consumer is deleted under the collector', async () => {
    await Collector.start();
    const { event, batch, stored } = aSession();
    const events = [event(), event()];
    await client.sendBatch(batch(1, events.slice(0, 1)));
    const manager = await (await connected('command-service')).jetstreamManager();
    await manager.consumers.delete(TELEMETRY_STREAM, 'collector');

    await expect(client.sendBatch(batch(2, events.slice(1)))).resolves.toEqual({ committed: 2 });
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('when the bus is wiped under the collector', async () => {
    await Collector.start();
    const { event, batch, stored } = aSession();
    const events = [event(), event()];
    await client.sendBatch(batch(1, events.slice(0, 1)));
    await server.wipe();
    const sent = client.sendBatch(batch(2, events.slice(1)));
    await ensureTelemetryStream();

    await expect(sent).resolves.toEqual({ committed: 2 });
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('when the store stands still and the buffer is full', async () => {
    await Collector.start({ capacity: 10 });
    const lock = await database.pool.connect();
    await lock.query('begin; lock table telemetry.seen in access exclusive mode');
    const sessions = Array.from({ length: 8 }, aSession);
    const sent = sessions.map(({ event, batch }) => {
      const events = Array.from({ length: 5 }, () => event());
      return { events, answer: client.sendBatch(batch(1, events)) };
    });
    const manager = await (await connected('command-service')).jetstreamManager();
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

describe('a runner', () => {
  it('can give up waiting', async () => {
    const { event, batch } = aSession();
    const giveUp = new AbortController();
    const sent = client.sendBatch(batch(1, [event()]), giveUp.signal);
    giveUp.abort(new Error('the lease is gone'));

    await expect(sent).rejects.toThrow('the lease is gone');
  });
});

/** Commits, and is gone before anybody hears of it. */
function diesAfterCommit(nats: NatsConnection): TelemetryStore {
  const store = new PostgresTelemetryStore(pool);
  return {
    maintain: () => store.maintain(),
    insert: async (batches) => {
      const stored = await store.insert(batches);
      await nats.close();
      return stored;
    },
  };
}
