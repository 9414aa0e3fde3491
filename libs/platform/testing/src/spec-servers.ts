import { join } from 'node:path';
import { createPool } from '@syntropic/postgres';
import type { Pool } from 'pg';
import { createDatabase, type Database, type OwnDatabase } from './database';
import { connectSharedPostgres, postgresBinariesOverride } from './jest/shared-postgres-client';
import { GitServer } from './git-server';
import { ScriptedModels } from './models/scripted-models';
import { removeDirectory, scratchDirectory } from './scratch-directory';
import { randomPassword } from './servers/credentials';
import type { LocalServer } from './servers/local-server';
import { natsServer, type NatsUser } from './servers/nats-server';
import { postgresServer } from './servers/postgres-server';
import { redisServer } from './servers/redis-server';
import { S3_KEY, s3Server } from './servers/s3-server';
import { timescaleServer } from './servers/timescale-server';

/** A database for the specs of this file, cloned from the migrated template on the shared Postgres of the run. */
export function useDatabase(): Database {
  let database: OwnDatabase | undefined;
  beforeAll(async () => {
    database = await createDatabase(await connectSharedPostgres());
  });
  afterAll(() => database?.drop());

  const current = () => {
    if (!database) throw new Error('the database exists only while specs and their hooks run');
    return database;
  };
  return {
    get url() {
      return current().url;
    },
    get pool() {
      return current().pool;
    },
    urlAs: (role) => current().urlAs(role),
  };
}

/** A NATS server for the specs of this file. `url` has all permissions, `urlAs(user)` those of the user. */
export function useNats(users: readonly NatsUser[] = []): LocalServer {
  const owner = { user: 'owner', password: randomPassword() };
  return useServer((directory) => natsServer({ ...pathsIn(directory), users: [owner, ...users] }));
}

/** A Redis server for the specs of this file. */
export function useRedis(): LocalServer {
  return useServer((directory) => redisServer({ ...pathsIn(directory), password: randomPassword() }));
}

/** A Postgres server for specs that stop, freeze or wipe it; `createDatabase(url)` creates databases in it. */
export function usePostgres(): LocalServer {
  return useServer((directory) =>
    postgresServer({ ...pathsIn(directory), password: randomPassword(), binaries: postgresBinariesOverride() }),
  );
}

/** A migrated database with TimescaleDB for the specs of this file. It has one session, so its pool has one connection. */
export function useTimescale(): Pick<Database, 'url' | 'pool'> {
  let pool: Pool | undefined;
  afterAll(() => pool?.end());
  const server = useServer((directory) => timescaleServer(pathsIn(directory)));
  beforeAll(async () => {
    const { migrate } = await import('@syntropic/migrations');
    await migrate(server.url);
    pool = createPool(server.url, { max: 1 });
  });
  return {
    get url() {
      return server.url;
    },
    get pool() {
      if (!pool) throw new Error('the database exists only while specs and their hooks run');
      return pool;
    },
  };
}

/** An S3 server for the specs of this file; it accepts `S3_KEYS`. */
export function useS3(): LocalServer {
  return useServer((directory) => s3Server(pathsIn(directory)));
}

/** A server of the model APIs for the specs of this file; `models()` is there while specs and their hooks run. */
export function useModels(): () => ScriptedModels {
  let models: ScriptedModels | undefined;
  beforeAll(async () => {
    models = await ScriptedModels.start();
  });
  afterAll(() => models?.close());
  return () => {
    if (!models) throw new Error('the model server exists only while specs and their hooks run');
    return models;
  };
}

/** A server of git repositories for the specs of this file, which accepts this token alone. */
export function useGitServer(token: string): () => GitServer {
  let server: GitServer | undefined;
  beforeAll(async () => {
    server = await GitServer.start(token);
  });
  afterAll(() => server?.stop());
  return () => {
    if (!server) throw new Error('the git server exists only while specs and their hooks run');
    return server;
  };
}

export const S3_KEYS = { S3_ACCESS_KEY_ID: S3_KEY, S3_SECRET_ACCESS_KEY: S3_KEY } as const;

function useServer(serverIn: (directory: string) => LocalServer): LocalServer {
  const directory = scratchDirectory();
  const server = serverIn(directory);
  beforeAll(() => server.start());
  afterAll(async () => {
    await server.kill();
    removeDirectory(directory);
  });
  return server;
}

const pathsIn = (directory: string) => ({ directory: join(directory, 'data'), log: join(directory, 'server.log') });
