import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { isAlive } from './is-alive';
import { LocalServer } from './local-server';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries';

export interface PostgresOptions {
  /** Existing data in it is kept. */
  readonly directory: string;
  readonly log: string;
  /** The password of the owner, `postgres`; an existing directory keeps its first one. */
  readonly password: string;
  /** The directory of the programs; the default is the embedded Postgres. */
  readonly binaries?: string | undefined;
}

/** Small, because a dozen services share the machine; durable, as in production. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '64MB',
  max_connections: '200',
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  jit: 'off',
};

const PREDECESSOR_MS = 30_000;

/** A Postgres server; its `url` logs in as the owner, to the database `postgres`. */
export function postgresServer(options: PostgresOptions): LocalServer {
  const { directory, log, password } = options;
  const url = (port: number) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  return new LocalServer({
    name: 'postgres',
    directory,
    log,
    stopSignal: 'SIGINT',
    killSignal: 'SIGQUIT',
    async prepare(port) {
      const binaries = await postgresBinaries(options.binaries);
      await initialized(binaries, options);
      await predecessorEnded(directory);
      const settings = Object.entries({ ...SETTINGS, port }).map(([name, value]) => `--${name}=${value}`);
      return unprivileged([binaries.postgres, '-D', directory, ...settings]);
    },
    isReady: (port) => canQuery(url(port)),
    url,
  });
}

async function initialized({ initdb }: PostgresBinaries, { directory, password }: PostgresOptions): Promise<void> {
  if (existsSync(join(directory, 'PG_VERSION'))) return;

  const passwordFile = `${directory}.password`;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  const options = ['-D', directory, '-U', 'postgres', '-E', 'UTF8', '--no-locale', '--auth=scram-sha-256'];
  const [program = initdb, ...args] = unprivileged([initdb, ...options, `--pwfile=${passwordFile}`]);
  await promisify(execFile)(program, args).finally(() => rm(passwordFile));
}

/** Waits for a server whose parent was killed: it locks the directory until it has ended. */
async function predecessorEnded(directory: string): Promise<void> {
  const lock = join(directory, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(lock, 'utf8').catch(() => ''), 10);
  const deadline = Date.now() + PREDECESSOR_MS;
  while (pid > 0 && isAlive(pid) && existsSync(lock) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Postgres refuses to run as root. In a user namespace it sees an ordinary user, and the file system still sees root:
 * no system user is needed, and a directory for root alone works.
 */
function unprivileged(command: readonly string[]): readonly string[] {
  return process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--', ...command] : command;
}

export async function canQuery(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select 1');
    return true;
  } finally {
    await client.end();
  }
}
