import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { createLogger } from '@syntropic/observability';
import { LOG, ServiceModule } from '@syntropic/service';
import type { TelemetryStore } from '@syntropic/telemetry';
import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { IngestModule } from '../ingest/ingest.module';
import { takeRawBodies } from '../ingest/raw-bodies';
import { TELEMETRY_STORE } from '../telemetry.tasks';
import { useCollectors } from './collector.fixture';

type Sent = Readonly<{ body: string | Uint8Array; headers?: Readonly<Record<string, string>> }>;

type Options = Readonly<{ publicHosts?: readonly string[]; requestsPerMinute?: number; store?: TelemetryStore }>;

/** A collector that serves HTTP, on real servers. */
export function useIngestion(options: () => Options = () => ({})) {
  let service: NestFastifyApplication;
  // Registered before the servers' own hooks, so that the service is closed first.
  afterAll(() => service.close());
  const collectors = useCollectors();

  beforeAll(async () => {
    await collectors.ensureTelemetryStream();
    const { publicHosts = [], requestsPerMinute = 1_000_000, store } = options();
    const module = Test.createTestingModule({
      imports: [
        ServiceModule.of({
          name: 'observability-collector',
          natsUrl: collectors.server.urlAs('observability-collector'),
          databaseUrl: collectors.database.urlAs('syn_collector'),
        }),
        IngestModule.of({ publicHosts, requestsPerMinute }),
      ],
    })
      .overrideProvider(LOG)
      .useValue(createLogger('spec', { destination: { write: () => true } }).pino);
    if (store) module.overrideProvider(TELEMETRY_STORE).useValue(store);
    const adapter = new FastifyAdapter();
    takeRawBodies(adapter.getInstance<FastifyInstance>());
    service = (await module.compile()).createNestApplication<NestFastifyApplication>(adapter, {
      bodyParser: false,
      logger: false,
    });
    await service.listen(0, '127.0.0.1');
  });

  const url = async () => (await service.getUrl()).replace('[::1]', '127.0.0.1');
  const send = async (path: string, { body, headers = {} }: Sent) => {
    const answer = await fetch(`${await url()}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : Buffer.from(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : parsed(text) };
  };

  return {
    collectors,
    url,
    send,
    service: () => service,
    /** Sends a batch of `POST /events`. */
    sendEvents: (events: readonly unknown[], batch: object = {}) =>
      send('/events', { body: JSON.stringify({ agent_id: 'agent-1', batch_id: 'batch-1', events, ...batch }) }),
    ...storedIn(collectors.database),
  };
}

/** The rows of sessions, and the work that this platform has. */
const storedIn = (database: ReturnType<typeof useCollectors>['database']) => ({
  rows: async (sessionId: string) => {
    const { rows } = await database.pool.query<{
      type: string;
      execution_id: string | null;
      phase_id: string | null;
      data: Record<string, unknown>;
    }>('select type, execution_id, phase_id, data from telemetry.events where session_id = $1 order by time, type', [
      sessionId,
    ]);
    return rows;
  },
  quarantined: async (sessionId: string) => {
    const { rows } = await database.pool.query<{ reason: string }>(
      'select reason from telemetry.quarantine where session_id = $1 order by reason',
      [sessionId],
    );
    return rows.map(({ reason }) => reason);
  },
  /** A session whose work this platform has. */
  ownSession: async () => {
    const [sessionId, executionId] = [randomUUID(), `exec-${randomUUID().slice(-12)}`];
    await database.pool.query(
      `insert into ops.work (session_id, execution_id, workflow_id, phase_id, attempt, leg, backend, provider, as_of)
         values ($1, $2, 'w', 'plan', 1, 1, 'process', 'claude', 1)`,
      [sessionId, executionId],
    );
    return { sessionId, executionId };
  },
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** An event as clients report it. */
export const collected = (sessionId: string, own: Readonly<Record<string, unknown>> = {}) => ({
  event_id: randomUUID(),
  event_type: 'git_commit',
  session_id: sessionId,
  timestamp: new Date().toISOString(),
  data: { sha: randomUUID(), message: 'a change' },
  ...own,
});
