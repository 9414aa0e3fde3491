import { createDatabase, usePostgres, TcpProxy, type OwnDatabase } from '@syntropic/testing';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Pool } from 'pg';
import { createPool } from './pool';
import { classifyStoreError } from './store-error';

const postgres = usePostgres();

let database: OwnDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createDatabase(postgres.url);
  pool = database.pool;
  await pool.query('create table checked (id int primary key, name text)');
});
afterAll(() => database.pool.end());

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => {
      throw new Error('the statement succeeded');
    },
    (error: unknown) => error,
  );

describe('an error that the server answers', () => {
  it.each([
    ['NUL in text', `select $1::text`, ['\u0000'], 'unstorable'],
    ['JSON beyond the stack', `select $1::jsonb`, ['['.repeat(1_000_000)], 'unstorable'],
    ['a key that exists', 'insert into checked values (1, $1), (1, $1)', ['x'], 'constraint'],
    ['a column that does not exist', 'select $1::text, missing from checked', ['x'], 'defect'],
    ['a raised exception', `do $$ begin raise exception 'no'; end $$`, [], 'defect'],
  ])('is classified: %s', async (_, text, values, kind) => {
    expect(classifyStoreError(await errorOf(pool.query(text, [...values])))).toBe(kind);
  });

  it('is a conflict when another transaction holds the lock', async () => {
    const [holder, other] = [await pool.connect(), await pool.connect()];
    await holder.query('begin; lock table checked');

    const error = await errorOf(other.query('begin; lock table checked nowait'));
    await holder.query('rollback');
    holder.release();
    other.release(true);

    expect(classifyStoreError(error)).toBe('conflict');
  });

  it('is unavailable when it ends the session', async () => {
    const client = await pool.connect();
    client.on('error', () => undefined);

    const error = await errorOf(client.query('select pg_terminate_backend(pg_backend_pid())'));
    client.release(true);

    expect(classifyStoreError(error)).toBe('unavailable');
  });
});

describe('an error without an answer of the server', () => {
  it.each([
    ['refuses connections', async () => createPool(await closedPort())],
    ['does not know the database', () => Promise.resolve(createPool(new URL('/missing', database.url).href))],
  ])('is unavailable when the server %s', async (_, open) => {
    const other = await open();

    expect(classifyStoreError(await errorOf(other.query('select 1')))).toBe('unavailable');
    await other.end();
  });

  it('is unavailable when the connection is cut, or the answer takes too long', async () => {
    const wire = await TcpProxy.to(database.url);
    const other = createPool(wire.url, { max: 1, query_timeout: 300 });
    await other.query('select 1');

    expect(classifyStoreError(await errorOf(other.query('select pg_sleep(10)')))).toBe('unavailable');
    const cut = errorOf(other.query('select pg_sleep(0.2)'));
    wire.cut();

    expect(classifyStoreError(await cut)).toBe('unavailable');
    await other.end();
  });
});

/** The address of a server that has just ended. */
async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `postgres://user@127.0.0.1:${port}/none`;
}
