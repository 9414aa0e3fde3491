import { letRolesLogIn, migrate, type Role } from '@syntropic/migrations';
import { Client } from 'pg';

const DATABASE = 'syntropic';

/** Creates the platform's database on a private server unless it exists. Returns its owner's URL. */
export async function databaseOn(server: string): Promise<string> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = DATABASE;
  return url.href;
}

/** Migrates the schema and sets the password of every role. */
export async function prepareDatabase(url: string, passwords: Readonly<Record<Role, string>>): Promise<void> {
  await migrate(url);
  await letRolesLogIn(url, passwords);
}

export function urlAs(role: Role, password: string, owner: string): string {
  const url = new URL(owner);
  url.username = role;
  url.password = password;
  return url.href;
}
