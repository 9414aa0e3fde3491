import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { natsServer, postgresServer, randomPassword, redisServer, type LocalServer } from '@syntropic/testing/servers';
import { join } from 'node:path';

/** A Postgres of its own with new data, for as long as `work` takes. */
export const withPostgres = <Result>(work: (url: string) => Promise<Result>): Promise<Result> =>
  withServers(
    (directory) => [postgresIn(directory)],
    ([postgres]) => work(postgres.url),
  );

/** Postgres, NATS and Redis of their own with new data, started together; answers how many seconds that took. */
export const bareStartSeconds = (): Promise<number> => {
  const since = performance.now();
  return withServers(
    (directory) => [postgresIn(directory), natsIn(directory), redisIn(directory)],
    () => Promise.resolve((performance.now() - since) / 1_000),
  );
};

async function withServers<Servers extends readonly LocalServer[], Result>(
  make: (directory: string) => Servers,
  work: (servers: Servers) => Promise<Result>,
): Promise<Result> {
  const directory = scratchDirectory();
  const servers = make(directory);
  try {
    await Promise.all(servers.map((server) => server.start()));
    return await work(servers);
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
    removeDirectory(directory);
  }
}

const placesIn = (directory: string, name: string) => ({
  directory: join(directory, name),
  log: join(directory, `${name}.log`),
});

const postgresIn = (directory: string) =>
  postgresServer({ ...placesIn(directory, 'postgres'), password: randomPassword() });

const natsIn = (directory: string) =>
  natsServer({ ...placesIn(directory, 'nats'), users: [{ user: 'bench', password: randomPassword() }] });

const redisIn = (directory: string) => redisServer({ ...placesIn(directory, 'redis'), password: randomPassword() });
