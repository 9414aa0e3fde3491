import { DataSource, type QueryRunner } from 'typeorm';
import { loadHistory } from './history';
import type { MigrationClass } from './migration';

/** Any number, as long as every migrating process uses the same one. */
const ONE_AT_A_TIME = 7_264_031;

/** Brings the database to the newest schema, one transaction per migration. Concurrent calls run one after the other. */
export async function migrate(url: string, history?: readonly MigrationClass[]): Promise<void> {
  const migrations = history ?? (await loadHistory());
  const database = new DataSource({
    type: 'postgres',
    url,
    schema: 'ops',
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    migrations: [...migrations],
    installExtensions: false,
  });
  await database.initialize();
  const lock = database.createQueryRunner();
  try {
    await lock.query('select pg_advisory_lock($1)', [ONE_AT_A_TIME]);
    await recordKinds(lock, migrations);
    await database.runMigrations();
  } finally {
    await lock.release();
    await database.destroy();
  }
}

/**
 * Services of older builds read the kind to accept or refuse a migration, so it is recorded before the migration runs.
 * The table must exist before the first migration, hence it is not part of the history.
 */
async function recordKinds(queries: QueryRunner, migrations: readonly MigrationClass[]): Promise<void> {
  await queries.query(`
    create schema if not exists ops;
    create table if not exists ops.migration_kinds (
      name text primary key,
      kind text not null check (kind in ('expanding', 'contracting'))
    );
  `);
  const declared = migrations.map((Migration) => new Migration());
  await queries.query(
    `insert into ops.migration_kinds (name, kind) select * from unnest($1::text[], $2::text[])
     on conflict (name) do update set kind = excluded.kind`,
    [declared.map(({ name }) => name), declared.map(({ kind }) => kind)],
  );
}
