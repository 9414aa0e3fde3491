import { assertSchema, createPool, migrationFiles, UnknownSchema } from '@syntropic/postgres';
import { createDatabase, useDatabase } from '@syntropic/testing';
import type { Pool } from 'pg';
import { loadHistory } from './history';
import { migrate } from './migrate';
import type { Migration, MigrationClass, MigrationKind } from './migration';

const KNOWN = migrationFiles().map(({ name }) => name);

/** What builds that recorded no kinds left in the databases of users. */
const RECORDED_WITHOUT_KIND = [
  'roles-0000000000001',
  'log-0000000000002',
  'ops-0000000000003',
  'telemetry-0000000000004',
  'relay-0000000000005',
  'dead-letters-0000000000006',
  'read-0000000000007',
  'read-models-0000000000008',
  'processes-0000000000009',
  'operator-0000000000010',
  'retention-0000000000011',
  'execution-2-0000000000012',
  'forgetting-0000000000013',
  'execution-3-0000000000014',
].map((name, index) => ({ id: index + 1, timestamp: index + 1, name }));

const database = useDatabase();
const drops: (() => Promise<void>)[] = [];
let made = 0;

afterEach(async () => {
  for (const drop of drops.splice(0)) await drop();
});

async function emptyDatabase(): Promise<{ url: string; pool: Pool }> {
  const name = `empty_${process.pid}_${(made += 1)}`;
  await database.pool.query(`create database ${name}`);
  const url = new URL(database.url);
  url.pathname = name;
  const pool = createPool(url.href);
  drops.push(async () => {
    await pool.end();
    await database.pool.query(`drop database ${name} with (force)`);
  });
  return { url: url.href, pool };
}

async function migratedDatabase(): Promise<{ url: string; pool: Pool }> {
  const { url, pool, drop } = await createDatabase(database.url);
  drops.push(drop);
  return { url, pool };
}

/** As the last build without kinds left it. */
async function databaseWithoutKinds(): Promise<{ url: string; pool: Pool }> {
  const { url, pool } = await emptyDatabase();
  await migrate(url, (await loadHistory()).slice(0, RECORDED_WITHOUT_KIND.length));
  await pool.query('drop table ops.migration_kinds');
  return { url, pool };
}

const recorded = async (pool: Pool) =>
  (await pool.query<{ id: number; timestamp: number; name: string }>('select * from ops.migrations order by id')).rows;
const namesIn = async (pool: Pool) => (await recorded(pool)).map(({ name }) => name);

/** A migration of a newer build. */
const newer = (subject: string, kind: MigrationKind): MigrationClass =>
  class implements Migration {
    readonly name = `${subject}-9999123123590`;
    readonly kind = kind;
    readonly up = () => Promise.resolve();
    readonly down = () => Promise.resolve();
  };

describe('migrating', () => {
  it('does nothing the second time, also when two do it at once', async () => {
    await Promise.all([migrate(database.url), migrate(database.url)]);

    expect(await namesIn(database.pool)).toEqual(KNOWN);
  });

  it('runs each migration of an empty database once, also when two do it at once', async () => {
    const { url, pool } = await emptyDatabase();
    await Promise.all([migrate(url), migrate(url)]);

    expect(await namesIn(pool)).toEqual(KNOWN);
  });

  it('records the kind of every migration', async () => {
    const { rows } = await database.pool.query('select name, kind from ops.migration_kinds order by name');

    const declared = (await loadHistory()).map((Known) => new Known()).map(({ name, kind }) => ({ name, kind }));
    expect(rows).toEqual(declared.sort((a, b) => (a.name < b.name ? -1 : 1)));
  });

  it('continues a database that was migrated before kinds were recorded', async () => {
    const { url, pool } = await databaseWithoutKinds();
    expect(await recorded(pool)).toEqual(RECORDED_WITHOUT_KIND);

    await migrate(url, [...(await loadHistory()), newer('invoices', 'expanding')]);

    const rows = await recorded(pool);
    expect(rows.slice(0, RECORDED_WITHOUT_KIND.length)).toEqual(RECORDED_WITHOUT_KIND);
    expect(rows.map(({ name }) => name)).toEqual([...KNOWN, 'invoices-9999123123590']);
    await expect(assertSchema(pool)).resolves.toBeUndefined();
  });
});

describe('a service', () => {
  it('accepts the schema it knows, in a role that owns nothing', async () => {
    const pool = createPool(database.urlAs('syn_gateway'));
    await expect(assertSchema(pool)).resolves.toBeUndefined();
    await pool.end();
  });

  it('accepts migrations it knows although their kinds were never recorded', async () => {
    const { pool } = await databaseWithoutKinds();

    await expect(
      assertSchema(
        pool,
        RECORDED_WITHOUT_KIND.map(({ name }) => name),
      ),
    ).resolves.toBeUndefined();
  });

  it('refuses a database without a schema', async () => {
    const { pool } = await emptyDatabase();

    await expect(assertSchema(pool)).rejects.toThrow(UnknownSchema);
    await expect(assertSchema(pool)).rejects.toThrow('none');
  });

  it('refuses an older schema, and names every migration that it lacks', async () => {
    const lacking = assertSchema(database.pool, [...KNOWN, 'orders-9999123123581', 'invoices-9999123123590']);

    await expect(lacking).rejects.toThrow(UnknownSchema);
    await expect(lacking).rejects.toThrow('lacks the migrations orders-9999123123581, invoices-9999123123590');
  });

  describe('of an older build', () => {
    it('accepts a schema that newer migrations have expanded', async () => {
      const { url, pool } = await migratedDatabase();
      await migrate(url, [...(await loadHistory()), newer('orders', 'expanding'), newer('invoices', 'expanding')]);

      await expect(assertSchema(pool)).resolves.toBeUndefined();
    });

    it('refuses a schema that a newer migration has contracted, by the name of that migration alone', async () => {
      const { url, pool } = await migratedDatabase();
      await migrate(url, [...(await loadHistory()), newer('orders', 'expanding'), newer('invoices', 'contracting')]);

      await expect(assertSchema(pool)).rejects.toThrow(
        new UnknownSchema('this build does not know the migrations invoices-9999123123590 (contracting)'),
      );
    });

    it('refuses a newer migration of unknown kind, and no schema', async () => {
      const { pool } = await migratedDatabase();
      await pool.query(`insert into ops.migrations (timestamp, name) values (9999, 'later-0000000009999')`);
      await expect(assertSchema(pool)).rejects.toThrow(UnknownSchema);
      await expect(assertSchema(pool)).rejects.toThrow('later-0000000009999 (its kind is not recorded)');
      await pool.query('drop table ops.migrations');
      await expect(assertSchema(pool)).rejects.toThrow('none');
    });
  });
});
