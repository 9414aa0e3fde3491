import { COMMANDS } from '@syntropic/catalogue/contracts';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Event } from '@syntropic/kernel';
import { connectNats, drainAndClose, natsUsers } from '@syntropic/messaging';
import { createRedis } from '@syntropic/projections';
import { PostgresTelemetryStore, type TelemetryEvent } from '@syntropic/telemetry';
import { eventually, useDatabase, useNats, useRedis } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { gatewayConfig } from '../src/gateway.config';
import { answerCommands, recordingRefusals, takeCommands, type Answer } from './answer-commands';
import { call, readBody, type Call } from './call';
import { EventRecorder } from './event-recorder';
import { gatewayFromSource, type Replace } from './gateway-from-source';
import { project } from './read-models.fixture';

type Variables = Readonly<Record<string, string>>;

const PASSWORDS = {
  gateway: randomUUID(),
  'command-service': randomUUID(),
  'projection-worker': randomUUID(),
  'observability-collector': randomUUID(),
  runners: [randomUUID()],
};

/** A gateway on real servers, with real read models behind it; the spec records events and telemetry, and answers commands. */
export function useGateway() {
  const replicas = new Replicas();
  const stop = new AbortController();
  let nats: NatsConnection;
  let cache: ReturnType<typeof createRedis>;
  let recorder: EventRecorder;
  let projecting: Promise<void>;
  let url = '';

  // Registered before the servers' own hooks, so that all connections are closed first.
  afterAll(async () => {
    await replicas.close();
    stop.abort();
    await projecting;
    cache.disconnect();
    await drainAndClose(nats);
  });
  const database = useDatabase();
  const redis = useRedis();
  const server = useNats(natsUsers(PASSWORDS, COMMANDS));

  const start = (variables: Variables = {}, replace?: Replace): Promise<string> => {
    const [DATABASE_URL, NATS_URL] = [database.urlAs('syn_gateway'), server.urlAs('gateway')];
    return replicas.start({ DATABASE_URL, NATS_URL, REDIS_URL: redis.url, ...variables }, replace);
  };
  beforeAll(async () => {
    nats = recordingRefusals(await connectNats({ url: server.url, name: 'owner' }), database.pool);
    cache = createRedis(redis.url);
    recorder = new EventRecorder(database.pool);
    projecting = project(database.pool, nats, cache, stop.signal);
    url = await start();
  });

  return {
    database,
    redis,
    server,
    objects: replicas.objects,
    get url() {
      return url;
    },
    get nats() {
      return nats;
    },
    /** The routes of the HTTP server, as a tree. */
    routes: () => replicas.routes(),
    /** The cache's keys that match a pattern. */
    keys: (pattern: string) => cache.keys(pattern),
    /** Starts another replica, with these variables besides, and with providers replaced. */
    start,
    record: (stream: string, events: readonly Event[], executionId?: string) =>
      recorder.record(stream, events, executionId),
    call: (method: string, path: string, request?: Call) => call(url, method, path, request),
    read: (path: string, minPosition?: string) => readBody(url, path, minPosition),
    answer: (answer: Answer) => answerCommands(nats, answer),
    /** Takes commands in place of the command service, until `stop` is called. */
    takeCommands: (reply?: object) => takeCommands(nats, reply),
    observe: (...events: readonly TelemetryEvent[]) => observe(database.pool, events),
  };
}

/** Stores telemetry in place of the collector. */
async function observe(pool: Pool, events: readonly TelemetryEvent[]) {
  const [batch] = await new PostgresTelemetryStore(pool).insert([{ events }]);
  return batch && !batch.leaseLost ? batch.stored : [];
}

/** Gateways that share a directory of objects. */
class Replicas {
  readonly objects = mkdtempSync(join(tmpdir(), 'objects-'));
  readonly #apps: NestFastifyApplication[] = [];

  async start(variables: Variables, replace?: Replace): Promise<string> {
    const own = { PORT: '0', HOST: '127.0.0.1', OBJECTS_DIR: this.objects, LOG_LEVEL: 'silent' };
    // A busy store may take longer than a connection waits; a service is started again then.
    const config = gatewayConfig({ ...own, ...variables });
    const app = await eventually(() => gatewayFromSource(config, replace));
    this.#apps.push(app);
    await app.listen(0, '127.0.0.1');
    return `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  }

  routes(): string {
    return this.#apps[0]?.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }) ?? '';
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.close()));
    rmSync(this.objects, { recursive: true });
  }
}
