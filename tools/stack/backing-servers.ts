import { COMMANDS } from '@syntropic/catalogue/contracts';
import { env } from '@syntropic/config';
import { natsUsers } from '@syntropic/messaging';
import type { LocalServer } from '@syntropic/testing/servers';
import { natsServer, postgresServer, redisServer } from '@syntropic/testing/servers';
import { z } from 'zod';
import type { Credentials } from './credentials';
import type { DataDirectory } from './data-directory';

/** A server outside this stack, with one login for all services. */
interface RemoteServer {
  readonly name: string;
  readonly url: string;
  urlAs(user: string): string;
}

type BackingServer = LocalServer | RemoteServer;

export interface BackingServers {
  readonly postgres: BackingServer;
  readonly nats: BackingServer;
  readonly redis: BackingServer;
}

const RemoteUrls = z.object({
  DATABASE_URL: z.url().optional(),
  NATS_URL: z.url().optional(),
  REDIS_URL: z.url().optional(),
});

/** The servers named in the environment; the others are private ones in the data directory. */
export function backingServers(
  directory: DataDirectory,
  logDirectory: string,
  credentials: Credentials,
): BackingServers {
  const { DATABASE_URL, NATS_URL, REDIS_URL } = env(RemoteUrls);
  const pathsOf = (name: string) => ({ directory: directory.path(name), log: `${logDirectory}/${name}.log` });
  const { operator, 'agent-runner': runner, ...services } = credentials.nats;
  return {
    postgres: DATABASE_URL
      ? remote('postgres', DATABASE_URL)
      : postgresServer({ ...pathsOf('postgres'), password: credentials.postgres }),
    nats: NATS_URL
      ? remote('nats', NATS_URL)
      : natsServer({
          ...pathsOf('nats'),
          users: [{ user: 'operator', password: operator }, ...natsUsers({ ...services, runners: [runner] }, COMMANDS)],
        }),
    redis: REDIS_URL ? remote('redis', REDIS_URL) : redisServer({ ...pathsOf('redis'), password: credentials.redis }),
  };
}

function remote(name: string, url: string): RemoteServer {
  return { name, url, urlAs: () => url };
}
