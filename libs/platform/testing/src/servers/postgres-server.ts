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
  /** Data already in it is kept. */
  readonly directory: string;
  readonly log: string;
  /** Of the owner, `postgres`; a directory keeps the one it was made with. */
  readonly password: string;
  /** The directory of another Postgres's programs. */
  readonly binaries?: string | undefined;
}

/** Small, because a dozen services share the machine with it; durable, whatever else is traded. */
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

/** A Postgres server; its `url` is the owner's, to the database `postgres`. */
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

/** A server whose parent was killed takes a moment to end, and until then it holds the directory. */
async function predecessorEnded(directory: string): Promise<void> {
  const lock = join(directory, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(lock, 'utf8').catch(() => ''), 10);
  const deadline = Date.now() + PREDECESSOR_MS;
  while (pid > 0 && isAlive(pid) && existsSync(lock) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Postgres refuses to run as root. In a user namespace of its own root is an ordinary user to it, yet the same user
 * to the file system: no system user is needed, and it works in a directory that nobody else can enter.
 */
function unprivileged(command: readonly string[]): readonly string[] {
  return process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--', ...command] : command;
}

async function canQuery(connectionString: string): Promise<boolean> {
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
