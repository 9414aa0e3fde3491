import { createPool } from '@syntropic/postgres';
import { Redis } from 'ioredis';
import { connect, type StreamAPI } from 'nats';
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { createDatabase } from './database';
import { eventually } from './eventually';
import { useDatabase, useNats, usePostgres, useRedis } from './spec-servers';

describe('useDatabase', () => {
  const one = useDatabase();
  const other = useDatabase();

  it('gives each caller a database of its own', async () => {
    await one.pool.query('create table fact (value text)');

    await expect(other.pool.query('select from fact')).rejects.toThrow('"fact" does not exist');
  });

  it('is durable, as the product is', async () => {
    const { rows } = await one.pool.query(
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
    );

    expect(rows).toEqual([{ fsync: 'on', commit: 'on' }]);
  });

  it('accepts the role of a service, which owns nothing', async () => {
    const pool = createPool(one.urlAs('syn_collector'));

    await expect(pool.query('create table public.mine ()')).rejects.toThrow('permission denied');
    await pool.end();
  });
});

describe('usePostgres', () => {
  const postgres = usePostgres();

  it('keeps its address and its databases when stopped and started', async () => {
    const { url, drop } = await createDatabase(postgres.url);
    await postgres.stop();
    expect(postgres.pid).toBeUndefined();
    await postgres.start();

    const pool = createPool(url);
    await eventually(() => pool.query('select'));
    await pool.end();
    await drop();
  });

  it('has none of the credentials in the environment of its starter', async () => {
    process.env['PLANTED_TOKEN'] = 'planted';
    await postgres.stop();
    await postgres.start();
    delete process.env['PLANTED_TOKEN'];

    expect(readFileSync(`/proc/${postgres.pid ?? 0}/environ`, 'utf8')).not.toContain('planted');
  });

  it('answers no client while it is frozen, and all of them afterwards', async () => {
    const pool = createPool(postgres.url);
    await pool.query('select');
    await postgres.freeze();
    const pending = pool.query<{ answer: number }>('select 1 as answer');
    await expect(connectedWithin(postgres.url, 200)).rejects.toThrow('timeout');
    await postgres.thaw();

    expect((await pending).rows).toEqual([{ answer: 1 }]);
    await pool.end();
  });

  async function connectedWithin(connectionString: string, connectionTimeoutMillis: number): Promise<void> {
    const client = new Client({ connectionString, connectionTimeoutMillis });
    await client.connect();
    await client.end();
  }
});

describe('useNats', () => {
  const nats = useNats([
    { user: 'reader', password: 'secret', permissions: { publish: ['allowed'], subscribe: ['_INBOX.>'] } },
  ]);

  it('keeps its streams when stopped and started, and loses them when wiped', async () => {
    await inStreams((streams) => streams.add({ name: 'FACTS', subjects: ['facts'] }));
    await nats.stop();
    await nats.start();
    expect(await inStreams((streams) => streams.names().next())).toEqual(['FACTS']);

    await nats.wipe();
    expect(await inStreams((streams) => streams.names().next())).toEqual([]);
  });

  it('limits a user to its permissions', async () => {
    const reader = await connectTo(nats.urlAs('reader'));
    const statuses = reader.status();
    reader.publish('allowed');
    reader.publish('forbidden');

    for await (const refusal of statuses) {
      expect(refusal).toMatchObject({ permissionContext: { operation: 'publish', subject: 'forbidden' } });
      break;
    }
    await reader.close();
  });

  function connectTo(url: string) {
    const { host, username, password } = new URL(url);
    return connect({ servers: host, user: username, pass: password });
  }

  async function inStreams<Result>(work: (streams: StreamAPI) => Promise<Result>): Promise<Result> {
    const connection = await connectTo(nats.url);
    try {
      return await work((await connection.jetstreamManager()).streams);
    } finally {
      await connection.close();
    }
  }
});

describe('useRedis', () => {
  const redis = useRedis();

  it('forgets when it stops, and comes back at the same address', async () => {
    const client = new Redis(redis.url);
    await client.set('fact', 'value');
    await redis.stop();
    await redis.start();

    expect(await client.get('fact')).toBeNull();
    client.disconnect();
  });
});
