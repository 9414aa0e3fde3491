import { assertSchema, createPool, SCHEMA, UnknownSchema } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { migrate } from './migrate';
import { MIGRATIONS } from './migrations';

describe('migrating', () => {
  const database = useDatabase();

  it('does nothing the second time, also when two do it at once', async () => {
    await Promise.all([migrate(database.url), migrate(database.url)]);

    const { rows } = await database.pool.query<{ name: string }>('select name from ops.migrations order by timestamp');
    expect(rows.map(({ name }) => name)).toEqual(MIGRATIONS.map((Migration) => new Migration().name));
  });

  it('ends at the schema that services are written for', () => {
    expect(MIGRATIONS.map((Migration) => new Migration().name).at(-1)).toBe(SCHEMA);
  });
});

describe('a service', () => {
  const database = useDatabase();

  it('accepts the schema it knows, in a role that owns nothing', async () => {
    const pool = createPool(database.urlAs('syn_gateway'));
    await expect(assertSchema(pool)).resolves.toBeUndefined();
    await pool.end();
  });

  it('refuses a newer one, and none', async () => {
    await database.pool.query(`insert into ops.migrations (timestamp, name) values (9999, 'later-0000000009999')`);
    await expect(assertSchema(database.pool)).rejects.toThrow(UnknownSchema);
    await database.pool.query('drop table ops.migrations');
    await expect(assertSchema(database.pool)).rejects.toThrow('none');
  });
});
