import { connectNats, DOMAIN_EVENTS, drainAndClose, LOG_APPENDED, logPositionOf } from '@syntropic/messaging';
import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase, useNats, TcpProxy } from '@syntropic/testing';
import type { MsgHdrs, NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { EventAppender } from '../event-appender';
import type { EventLog } from '../event-log';
import { PostgresEventLog } from '../postgres-event-log';
import { Relay, type RelayOptions } from '../relay/relay';

/** A term short enough for tests to wait for. */
const LEASE_MS = 300;

const JETSTREAM = { checkAPI: false, timeout: 1_000 };

export const relayOptions = { contextOf: () => 'orchestration', replicas: 1, leaseMs: LEASE_MS };

/** Every position of a log up to its head. */
export const allUpTo = (head: number) => Array.from({ length: head }, (_, index) => index + 1);

/** A log and a bus for the specs of a file, with the permissions of command-service. */
export function useRelayedLog() {
  const database = useDatabase();
  const nats = useNats();
  let pool: Pool;
  let observer: NatsConnection;

  beforeAll(async () => {
    pool = createPool(database.urlAs('syn_command_service'));
    observer = await connect();
  });
  afterAll(async () => {
    await drainAndClose(observer);
    await pool.end();
  });

  const connect = () => connectNats({ url: nats.url, name: 'spec' });
  const log = () => new PostgresEventLog(pool);

  return {
    database,
    nats,
    connect,
    log,
    pool: () => pool,

    /** Appends this many events to a new stream. Resolves with the log's position then. */
    async append(count: number, stream = `execution-${randomUUID()}`): Promise<number> {
      const outcome = await new EventAppender(pool).append({ ...appendRequestOf(count), stream });
      if (outcome.is !== 'appended') throw new Error(`the append was ${outcome.is}`);
      observer.publish(LOG_APPENDED);
      return outcome.position;
    },

    startRelay: (options?: Partial<RelayOptions>, ofLog: EventLog = log()) =>
      startRelay(ofLog, { pool, url: nats.url, options }),

    /** Waits for the relay to store how far it has published: its next term begins there when the stream does not tell. */
    stored: () =>
      eventually(async () => {
        const { rows } = await database.pool.query('select from ops.relay join log.log_head using (position)');
        return rows.length === 1;
      }),

    manager: () => observer.jetstreamManager(JETSTREAM),

    publish: (subject: string, data: Uint8Array, headers: MsgHdrs) =>
      observer.jetstream(JETSTREAM).publish(subject, data, { headers }),

    /** The positions in the stream, in the stream's order, once the last of them is this one. */
    async published(last: number): Promise<readonly number[]> {
      await eventually(async () => (await lastPosition(observer)) === last);
      return positions(observer);
    },
  };
}

/** Takes the log back to this position, as a restore or an older copy does. */
export async function goBack({ pool: owner }: { readonly pool: Pool }, position: number): Promise<void> {
  await owner.query(`
    begin;
    alter table log.events disable trigger all;
    delete from log.events where position > ${position};
    alter table log.events enable trigger all;
    update log.log_head set position = ${position};
    commit`);
}

type RelayParts = Readonly<{ pool: Pool; url: string; options: Partial<RelayOptions> | undefined }>;

/** A relay with a connection of its own. `kill` cuts the connection in the middle of its work, and its lease has to expire. */
async function startRelay(log: EventLog, { pool, url, options }: RelayParts) {
  const wire = await TcpProxy.to(url);
  const connection = await connectNats({ url: wire.url, name: 'relay' });
  const stop = new AbortController();
  const relay = new Relay(pool, log, connection, { ...relayOptions, ...options });
  const running = relay.run(stop.signal);
  return {
    async stop() {
      stop.abort();
      await running;
      await drainAndClose(connection);
      wire.cut();
    },
    kill() {
      wire.cut();
      stop.abort();
    },
  };
}

async function lastPosition(connection: NatsConnection): Promise<number> {
  const { streams } = await connection.jetstreamManager(JETSTREAM);
  const { state } = await streams.info('DOMAIN');
  // nats-server 2.9 crashes when it is asked for a message of a stream that is being created.
  if (state.messages === 0) return 0;
  const { header } = await streams.getMessage('DOMAIN', { last_by_subj: DOMAIN_EVENTS });
  return logPositionOf(header).position;
}

async function positions(connection: NatsConnection): Promise<readonly number[]> {
  const { streams } = await connection.jetstreamManager(JETSTREAM);
  const { state } = await streams.info('DOMAIN');
  const found: number[] = [];
  if (state.messages === 0) return found;
  const consumer = await connection.jetstream(JETSTREAM).consumers.get('DOMAIN', {});
  for await (const { headers, info } of await consumer.consume()) {
    found.push(logPositionOf(headers).position);
    if (info.pending === 0) break;
  }
  return found;
}

/** An append of this many events, without its stream. */
export const appendRequestOf = (count: number) => ({
  expected: 0,
  events: Array.from({ length: count }, (_, ordinal) => ({ type: 'Counted', data: { ordinal } })),
  context: {
    commandId: randomUUID(),
    correlationId: randomUUID(),
    causationId: randomUUID(),
    actor: { kind: 'user' as const, id: 'ada' },
    bodyHash: 'of the body',
  },
});
