import { createDatabase, usePostgres, type OwnDatabase } from '@syntropic/testing';
import type { Pool, QueryResult } from 'pg';
import { createPool } from './pool';

const postgres = usePostgres();

let database: OwnDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createDatabase(postgres.url);
});
afterAll(() => database.pool.end());

beforeEach(async () => {
  await database.pool.query('drop table if exists thing; create table thing (id int primary key, name text)');
  await database.pool.query(`insert into thing values (1, 'one'), (2, 'two')`);
  pool = createPool(database.url, { max: 1 });
});
afterEach(() => pool.end());

const THING = 'select * from thing where id = $1';

const thing = async (id: number, name?: string) => {
  const { rows } = await pool.query<Record<string, unknown>>({ ...(name && { name }), text: THING, values: [id] });
  return rows[0];
};

const repeated = async (times: number, query: () => Promise<unknown>): Promise<void> => {
  for (let time = 0; time < times; time++) await query();
};

/** The texts that the pool's only connection has prepared. */
const prepared = async (): Promise<readonly string[]> => {
  const { rows } = await pool.query<{ statement: string }>('select statement from pg_prepared_statements');
  return rows.map(({ statement }) => statement);
};

describe('a frequent statement', () => {
  it('is prepared once, in both forms of a call', async () => {
    await repeated(4, () => pool.query(THING, [1]));
    await repeated(4, () => pool.query({ text: THING, values: [2] }));

    await expect(prepared()).resolves.toEqual([THING]);
    await expect(thing(2)).resolves.toEqual({ id: 2, name: 'two' });
  });

  it('is not prepared without parameters: its text may hold several statements', async () => {
    await repeated(5, () => pool.query('select 1; select 2'));

    await expect(prepared()).resolves.toEqual([]);
  });

  it('is not prepared on a connection that a transaction has taken out', async () => {
    const client = await pool.connect();
    await repeated(5, () => client.query(THING, [1]));
    client.release();

    await expect(prepared()).resolves.toEqual([]);
  });

  it('passes a callback on', async () => {
    const { rows } = await new Promise<QueryResult>((resolve, reject) => {
      pool.query(THING, [1], (error: Error | undefined, result) => {
        if (error) reject(error);
        else resolve(result);
      });
    });

    expect(rows).toEqual([{ id: 1, name: 'one' }]);
  });
});

describe.each([
  ['a name of its own', 'thing-by-id'],
  ['a name from the pool', undefined],
])('a statement with %s', (_, name) => {
  const change = 'alter table thing add column size int not null default 7';

  it('sees the new columns after a migration', async () => {
    await repeated(4, () => thing(1, name));
    await database.pool.query(change);

    await expect(thing(1, name)).resolves.toEqual({ id: 1, name: 'one', size: 7 });
    await repeated(4, () => thing(1, name));
    await expect(prepared()).resolves.toEqual([THING]);
  });

  it('is repeated when the server has forgotten it', async () => {
    await repeated(4, () => thing(1, name));
    await pool.query('deallocate all');

    await expect(thing(2, name)).resolves.toEqual({ id: 2, name: 'two' });
  });

  it('still reports the errors of a migration that it does not fit', async () => {
    await repeated(4, () => thing(1, name));
    await database.pool.query('drop table thing');

    await expect(thing(1, name)).rejects.toMatchObject({ code: '42P01' });
  });
});

it('a statement that changes rows changes them once when a migration has made it stale', async () => {
  const rename = () => pool.query(`update thing set name = name || $1 where id = 1 returning *`, ['!']);
  await repeated(4, rename);
  await database.pool.query('alter table thing add column size int');

  const { rows } = await rename();

  expect(rows).toEqual([{ id: 1, name: 'one!!!!!', size: null }]);
});

it('concurrent statements on connections with stale plans all succeed', async () => {
  const wide = createPool(database.url);
  const all = () => Promise.all(Array.from({ length: 30 }, () => wide.query(THING, [1])));
  await repeated(4, all);
  await database.pool.query('alter table thing drop column name');

  const results = await all();
  await wide.end();

  expect(results.map(({ rows }) => rows as unknown)).toEqual(results.map(() => [{ id: 1 }]));
});
