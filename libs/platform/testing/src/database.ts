import { createPool } from '@syntropic/postgres';
import type { Role } from '@syntropic/migrations';
import { randomBytes } from 'node:crypto';
import { Client, type Pool } from 'pg';

/** A migrated database that belongs to one spec file. */
export interface Database {
  /** Logs in as the owner of every table. */
  readonly url: string;
  /** Logs in as the role of a service. */
  urlAs(role: Role): string;
  /** Connections as the owner. */
  readonly pool: Pool;
}

/** A database that its creator drops. */
export interface OwnDatabase extends Database {
  readonly drop: () => Promise<void>;
}

/** Clones the migrated template of this server; the first call creates the template. `owner` is the URL of a superuser. */
export async function createDatabase(owner: string): Promise<OwnDatabase> {
  const name = `spec_${randomBytes(6).toString('hex')}`;
  await asOwner(owner, async (client) => {
    await ensureTemplate(client, owner);
    await client.query(`create database ${name} template ${TEMPLATE}`);
  });
  const url = inDatabase(owner, name);
  const pool = createPool(url);
  return {
    url,
    urlAs: (role) => asRole(url, role),
    pool,
    drop: async () => {
      await pool.end();
      await asOwner(owner, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

const TEMPLATE = 'syn_template';
const UNFINISHED = 'syn_template_unfinished';

/** Key of the advisory lock that lets one spec at a time create the template. */
const TEMPLATE_LOCK = 5_150_217;

async function ensureTemplate(client: Client, owner: string): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  const { rowCount } = await client.query('select from pg_database where datname = $1', [TEMPLATE]);
  if (rowCount === 0) await makeTemplate(client, owner);
  await client.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
}

async function makeTemplate(client: Client, owner: string): Promise<void> {
  // Loading the migrations takes a second, and only the first spec of a run needs them.
  const { letRolesLogIn, migrate, ROLES } = await import('@syntropic/migrations');
  const { password } = new URL(owner);
  await client.query(`drop database if exists ${UNFINISHED}`);
  await client.query(`create database ${UNFINISHED}`);
  await migrate(inDatabase(owner, UNFINISHED));
  await letRolesLogIn(owner, Object.fromEntries(ROLES.map((role) => [role, password])) as Record<Role, string>);
  await client.query(`alter database ${UNFINISHED} rename to ${TEMPLATE}`);
}

async function asOwner<Result>(owner: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: owner });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function inDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = name;
  return url.href;
}

function asRole(database: string, role: Role): string {
  const url = new URL(database);
  url.username = role;
  return url.href;
}
