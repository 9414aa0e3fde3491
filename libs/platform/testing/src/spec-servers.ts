import { join } from 'node:path';
import { createDatabase, type Database, type OwnDatabase } from './database';
import { borrowedPostgresUrl, wantedBinaries } from './jest/borrowed-postgres';
import { removeDirectory, scratchDirectory } from './scratch-directory';
import { randomPassword } from './servers/credentials';
import type { LocalServer } from './servers/local-server';
import { natsServer, type NatsUser } from './servers/nats-server';
import { postgresServer } from './servers/postgres-server';
import { redisServer } from './servers/redis-server';
import { S3_KEY, s3Server } from './servers/s3-server';

/** A database for the specs of this file, cloned from the migrated template on the Postgres that the whole run shares. */
export function useDatabase(): Database {
  let database: OwnDatabase | undefined;
  beforeAll(async () => {
    database = await createDatabase(await borrowedPostgresUrl());
  });
  afterAll(() => database?.drop());

  const ready = () => {
    if (!database) throw new Error('the database exists while specs and their hooks run, not before');
    return database;
  };
  return {
    get url() {
      return ready().url;
    },
    get pool() {
      return ready().pool;
    },
    urlAs: (role) => ready().urlAs(role),
  };
}

/** A NATS server for the specs of this file. `url` may do anything, `urlAs(user)` what that user is permitted. */
export function useNats(users: readonly NatsUser[] = []): LocalServer {
  const owner = { user: 'owner', password: randomPassword() };
  return useServer((directory) => natsServer({ ...places(directory), users: [owner, ...users] }));
}

/** A Redis server for the specs of this file. */
export function useRedis(): LocalServer {
  return useServer((directory) => redisServer({ ...places(directory), password: randomPassword() }));
}

/** A Postgres server for the specs of this file, for those that stop, freeze or wipe it; `createDatabase(url)` makes databases in it. */
export function usePostgres(): LocalServer {
  return useServer((directory) =>
    postgresServer({ ...places(directory), password: randomPassword(), binaries: wantedBinaries() }),
  );
}

/** An S3 server for the specs of this file; `S3_KEYS` are let in. */
export function useS3(): LocalServer {
  return useServer((directory) => s3Server(places(directory)));
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

const places = (directory: string) => ({ directory: join(directory, 'data'), log: join(directory, 'server.log') });
