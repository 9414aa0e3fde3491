import { createDatabase, eventually, usePostgres, TcpProxy, type OwnDatabase } from '@syntropic/testing';
import { connectStore } from './store';

const QUERY_MS = 300;
/** More statements than a pool has connections. */
const MANY = 25;

const postgres = usePostgres();
let database: OwnDatabase;
let wire: TcpProxy;

beforeAll(async () => {
  database = await createDatabase(postgres.url);
});
afterAll(() => database.pool.end());
beforeEach(async () => {
  wire = await TcpProxy.to(database.urlAs('syn_command_service'));
});
afterEach(() => {
  wire.cut();
});

const silences = {
  'cut off without a reset': {
    begin: () => {
      wire.silence();
      return Promise.resolve();
    },
    end: () => {
      wire.mend();
      return Promise.resolve();
    },
  },
  frozen: { begin: () => postgres.freeze(), end: () => postgres.thaw() },
};

describe.each(Object.entries(silences))('a store that is %s', (_, { begin, end }) => {
  it('makes each statement time out, and the pool serves all of them again when it is back', async () => {
    const pool = await connectStore(wire.url, 'spec', QUERY_MS);
    const query = () => pool.query<{ answer: number }>('select 1 as answer');
    await Promise.all(Array.from({ length: MANY }, query));

    await begin();
    const results = await Promise.allSettled(Array.from({ length: MANY }, query));
    await end();

    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']));
    await eventually(() => Promise.all(Array.from({ length: MANY }, query)));
    expect(pool.totalCount).toBeLessThanOrEqual(pool.options.max);
    await pool.end();
  });
});

it('a statement may have a longer timeout of its own', async () => {
  const pool = await connectStore(wire.url, 'spec', QUERY_MS);
  const slow = { text: 'select pg_sleep(0.6)', query_timeout: 10_000 };

  await expect(pool.query('select pg_sleep(0.6)')).rejects.toThrow('timeout');
  await expect(pool.query(slow)).resolves.toMatchObject({ rowCount: 1 });
  await pool.end();
});
