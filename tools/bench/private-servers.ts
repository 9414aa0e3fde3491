import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { natsServer, postgresServer, randomPassword, redisServer, type LocalServer } from '@syntropic/testing/servers';
import { join } from 'node:path';

/** Runs a private Postgres with new data while `work` goes on. */
export const withPostgres = <Result>(work: (url: string) => Promise<Result>): Promise<Result> =>
  withScratch(async (directory) => {
    const postgres = postgresIn(directory);
    return whileRunning([postgres], () => work(postgres.url));
  });

/** Runs a private Postgres and nats-server with new data while `work` goes on. */
export const withStoreAndBus = <Result>(
  work: (urls: { store: string; bus: string }) => Promise<Result>,
): Promise<Result> =>
  withScratch(async (directory) => {
    const [postgres, nats] = [postgresIn(directory), natsIn(directory)];
    return whileRunning([postgres, nats], () => work({ store: postgres.url, bus: nats.url }));
  });

/** The start time of Postgres, NATS and Redis alone, started together with new data. */
export const bareStartSeconds = (): Promise<number> =>
  withScratch((directory) => {
    const since = performance.now();
    const servers = [postgresIn(directory), natsIn(directory), redisIn(directory)];
    return whileRunning(servers, () => Promise.resolve((performance.now() - since) / 1_000));
  });

async function withScratch<Result>(work: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = scratchDirectory();
  try {
    return await work(directory);
  } finally {
    removeDirectory(directory);
  }
}

async function whileRunning<Result>(servers: readonly LocalServer[], work: () => Promise<Result>): Promise<Result> {
  const starts = servers.map((server) => server.start());
  try {
    await Promise.all(starts);
    return await work();
  } finally {
    await Promise.allSettled(starts);
    await Promise.all(servers.map((server) => server.kill()));
  }
}

const pathsIn = (directory: string, name: string) => ({
  directory: join(directory, name),
  log: join(directory, `${name}.log`),
});

const postgresIn = (directory: string) =>
  postgresServer({ ...pathsIn(directory, 'postgres'), password: randomPassword() });

const natsIn = (directory: string) =>
  natsServer({ ...pathsIn(directory, 'nats'), users: [{ user: 'bench', password: randomPassword() }] });

const redisIn = (directory: string) => redisServer({ ...pathsIn(directory, 'redis'), password: randomPassword() });
