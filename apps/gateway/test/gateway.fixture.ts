import { sessionProjection } from '@syntropic/agent-sessions/read-model';
import { artifactProjection } from '@syntropic/artifacts/read-model';
import { EventAppender, LogReader, PostgresEventLog } from '@syntropic/event-store';
import type { Event } from '@syntropic/kernel';
import { connectNats, hangUp, natsUsers } from '@syntropic/messaging';
import { executionFeedProjection, executionProjection, workflowProjection } from '@syntropic/orchestration/read-model';
import { createRedis, ProjectionRunner, RowCache } from '@syntropic/projections';
import { PostgresTelemetryStore, type TelemetryEvent } from '@syntropic/telemetry';
import { useDatabase, useNats, useRedis } from '@syntropic/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import type { NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppModule } from '../src/app.module';
import { applicationOptions, createGateway } from '../src/gateway';
import { gatewayConfig, type GatewayConfig } from '../src/gateway.config';
import { httpAdapter } from '../src/http/http-adapter';

const PROJECTIONS = [
  workflowProjection,
  executionProjection,
  executionFeedProjection,
  sessionProjection,
  artifactProjection,
];

type Replace = (gateway: TestingModuleBuilder) => TestingModuleBuilder;

const PASSWORDS = {
  gateway: randomUUID(),
  'command-service': randomUUID(),
  'projection-worker': randomUUID(),
  'observability-collector': randomUUID(),
  'agent-runner': randomUUID(),
};

/** A gateway on real servers, with real read models behind it; the spec records events and telemetry, and answers commands. */
export function useGateway() {
  const objects = mkdtempSync(join(tmpdir(), 'objects-'));
  const stop = new AbortController();
  const gateways: NestFastifyApplication[] = [];
  const versions = new Map<string, number>();
  let nats: NatsConnection;
  let appender: EventAppender;
  let projecting: Promise<void>;
  let cache: ReturnType<typeof createRedis>;
  let address = '';

  // Registered before the servers' own hooks, so that all connections are closed first.
  afterAll(async () => {
    await Promise.all(gateways.map((app) => app.close()));
    stop.abort();
    await projecting;
    cache.disconnect();
    await hangUp(nats);
    rmSync(objects, { recursive: true });
  });
  const database = useDatabase();
  const redis = useRedis();
  const server = useNats(natsUsers(PASSWORDS));

  const start = async (variables: Readonly<Record<string, string>> = {}, replace?: Replace): Promise<string> => {
    const app = await gatewayWith(
      gatewayConfig({
        PORT: '0',
        HOST: '127.0.0.1',
        DATABASE_URL: database.urlAs('syn_gateway'),
        NATS_URL: server.urlAs('gateway'),
        REDIS_URL: redis.url,
        OBJECTS_DIR: objects,
        LOG_LEVEL: 'silent',
        ...variables,
      }),
      replace,
    );
    gateways.push(app);
    await app.listen(0, '127.0.0.1');
    return `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  };

  beforeAll(async () => {
    nats = await connectNats({ url: server.url, name: 'owner' });
    appender = new EventAppender(database.pool);
    const log = new PostgresEventLog(database.pool);
    const reader = new LogReader(log, nats);
    cache = createRedis(redis.url);
    const runner = new ProjectionRunner({
      pool: database.pool,
      log,
      reader,
      projections: PROJECTIONS,
      catalogue: PROJECTIONS.flatMap(({ types }) => types),
      cache: new RowCache(cache),
    });
    projecting = runner.run(stop.signal);
    address = await start();
  });

  return {
    get url() {
      return address;
    },
    get nats() {
      return nats;
    },
    /** The routes of the HTTP server, as a tree. */
    get routes() {
      return gateways[0]?.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }) ?? '';
    },
    /** The cache's keys that match a pattern. */
    keys: (pattern: string) => cache.keys(pattern),
    database,
    redis,
    server,
    objects,
    /** Starts another replica, with these variables besides, and with providers replaced. */
    start,

    /** Appends events to a stream. `minPosition` is the last position as a client writes it. */
    async record(stream: string, events: readonly Event[], executionId?: string) {
      const expected = versions.get(stream) ?? 0;
      const id = randomUUID();
      const outcome = await appender.append({
        stream,
        expected,
        events,
        context: {
          commandId: id,
          correlationId: id,
          causationId: id,
          actor: { kind: 'service', id: 'spec' },
          bodyHash: '',
          ...(executionId && { executionId }),
        },
      });
      if (outcome.is !== 'appended') throw new Error(`not appended: ${outcome.is}`);
      versions.set(stream, outcome.version);
      const { epoch } = await new PostgresEventLog(database.pool).head();
      return { position: outcome.position, minPosition: `${epoch}.${outcome.position}` };
    },

    async observe(...events: readonly TelemetryEvent[]) {
      const [batch] = await new PostgresTelemetryStore(database.pool).insert([{ events }]);
      return batch && !batch.leaseLost ? batch.stored : [];
    },

    /** Answers commands in place of the command service. */
    answer(reply: (subject: string, data: object, headers: Readonly<Record<string, string>>) => object) {
      const subscription = nats.subscribe('commands.>', {
        callback: (_, message) => {
          const { data } = message.json<{ data: object }>();
          const headers = Object.fromEntries(
            message.headers?.keys().map((key) => [key, message.headers?.get(key) ?? '']) ?? [],
          );
          message.respond(JSON.stringify({ response: reply(message.subject, data, headers), isDisposed: true }));
        },
      });
      return () => {
        subscription.unsubscribe();
      };
    },
  };
}

async function gatewayWith(config: GatewayConfig, replace?: Replace): Promise<NestFastifyApplication> {
  if (!replace) return createGateway(config);
  const gateway = await replace(Test.createTestingModule({ imports: [AppModule.of(config)] })).compile();
  return gateway.createNestApplication<NestFastifyApplication>(httpAdapter(), applicationOptions(config));
}
