import { connectNats, DeadLetters, ensureStreams, drainAndClose, natsOptions, natsUsers } from '@syntropic/messaging';
import { createPool } from '@syntropic/postgres';
import {
  CollectorClient,
  EventBuffer,
  PostgresTelemetryStore,
  Quarantine,
  TelemetryReader,
} from '@syntropic/telemetry';
import type { SpooledBatch, TelemetryEvent, TelemetryStore } from '@syntropic/telemetry';
import { useDatabase, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { BatchConsumer } from '../batch.consumer';

const RESEND_MS = 300;

type StartOptions = Readonly<{ store?: (nats: NatsConnection) => TelemetryStore; capacity?: number }>;

/** Collectors on real servers, with a runner that sends to them; all are stopped after each spec. */
export function useCollectors() {
  const opened: NatsConnection[] = [];
  const collectors: Collector[] = [];
  let pool: Pool;
  let runner: NatsConnection;
  let client: CollectorClient;
  let reader: TelemetryReader;

  const database = useDatabase();
  const server = useNats(natsUsers(PASSWORDS, []));
  const address = (name: string) => ({ url: server.urlAs(name), name });

  const connect = async (name: string): Promise<NatsConnection> => {
    const nats = await connectNats(address(name));
    opened.push(nats);
    return nats;
  };
  const ensureTelemetryStream = async () => {
    await ensureStreams(await connect('command-service'), { replicas: 1 });
  };

  beforeAll(async () => {
    pool = createPool(database.urlAs('syn_collector'));
    reader = new TelemetryReader(database.pool);
    runner = await connect('agent-runner-0');
    const { inboxPrefix } = natsOptions(address('agent-runner-0'));
    client = new CollectorClient(runner, { inboxPrefix, resendAfterMs: RESEND_MS });
  });
  beforeEach(ensureTelemetryStream);
  afterEach(() => Promise.all(collectors.splice(0).map((collector) => collector.stop())));
  afterAll(async () => {
    await Promise.all(opened.map(drainAndClose));
    await pool.end();
  });

  return {
    database,
    server,
    connect,
    ensureTelemetryStream,
    store: () => new PostgresTelemetryStore(pool),
    /** The largest message of the bus. */
    maxPayload: () => runner.info?.max_payload ?? 0,
    send: (batch: SpooledBatch, signal?: AbortSignal) => client.sendBatch(batch, signal),
    async start({ store = () => new PostgresTelemetryStore(pool), capacity = 10_000 }: StartOptions = {}) {
      const nats = await connect('observability-collector');
      const own = store(nats);
      const quarantine = new Quarantine(pool, own);
      collectors.push(new Collector(pool, nats, { buffer: new EventBuffer(own, { capacity }), quarantine }));
    },
    session: () => aSession(() => reader),
  };
}

const PASSWORDS = {
  gateway: randomUUID(),
  'command-service': randomUUID(),
  'projection-worker': randomUUID(),
  'observability-collector': randomUUID(),
  runners: [randomUUID()],
};

class Collector {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(
    pool: Pool,
    nats: NatsConnection,
    { buffer, quarantine }: Readonly<{ buffer: EventBuffer; quarantine: Quarantine }>,
  ) {
    const letters = new DeadLetters(pool, nats, 'observability-collector');
    const consumer = new BatchConsumer({
      nats,
      buffer,
      observer: { stored: () => undefined, postponed: () => undefined, frameFault: () => undefined },
      bury: (message, reason) => letters.bury(message, reason),
      replay: (ids) => quarantine.replayEach(ids),
    });
    this.#running = consumer.run(this.#stopping.signal).catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}

function aSession(reader: () => TelemetryReader) {
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
  const stored = async () =>
    (await reader().after(executionId, 0, 10_000)).map(({ id, sequence }) => ({ id, sequence }));
  return { sessionId, executionId, event, batch, stored };
}

/** The events as they are stored: numbered from 1. */
export const numbered = (events: readonly TelemetryEvent[]) =>
  events.map(({ id }, index) => ({ id, sequence: index + 1 }));
