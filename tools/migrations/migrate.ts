import { DataSource } from 'typeorm';
import { MIGRATIONS } from './migrations';

/** Any number, as long as every migrating process uses the same one. */
const ONE_AT_A_TIME = 7_264_031;

/** Brings the database to the newest schema, each migration in a transaction of its own. Two at once take turns. */
export async function migrate(url: string): Promise<void> {
  const database = new DataSource({
    type: 'postgres',
    url,
    schema: 'ops',
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    migrations: [...MIGRATIONS],
    installExtensions: false,
  });
  await database.initialize();
  const turn = database.createQueryRunner();
  try {
    await turn.query('select pg_advisory_lock($1)', [ONE_AT_A_TIME]);
    await turn.query('create schema if not exists ops');
    await database.runMigrations();
  } finally {
    await turn.release();
    await database.destroy();
  }
}
