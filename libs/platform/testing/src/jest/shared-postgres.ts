import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { removeDirectory, scratchDirectory, sweepScratchDirectories } from '../scratch-directory';
import { randomPassword } from '../servers/credentials';
import type { LocalServer } from '../servers/local-server';
import { postgresServer } from '../servers/postgres-server';

interface SharedServers {
  readonly directory: string;
  /** Answers each spec file with the URL of its server. */
  readonly socket: Server;
  /** By the directory of their programs; the embedded one has the empty key. */
  readonly servers: Map<string, { readonly postgres: LocalServer; readonly starting: Promise<void> }>;
}

const Request = z.object({ binaries: z.string().optional() });

let shared: SharedServers | undefined;

/**
 * Shares one Postgres with a whole Jest run, and one more for each other requested version. It starts with the first
 * request: a run of pure specs starts none. As a child of the Jest process it ends with it.
 */
export async function startSharedPostgres(): Promise<void> {
  sweepScratchDirectories();
  const directory = scratchDirectory();
  const servers: SharedServers['servers'] = new Map();
  const socket = createServer((client) => {
    urlFor(client, servers, directory).then(
      (url) => client.end(JSON.stringify({ url })),
      (error: unknown) => client.end(JSON.stringify({ error: String(error) })),
    );
  });
  const address = join(directory, 'postgres.socket');
  socket.listen(address).unref();
  await once(socket, 'listening');
  process.env['SYN_TEST_POSTGRES'] = address;
  shared = { directory, socket, servers };
}

export async function stopSharedPostgres(): Promise<void> {
  if (!shared) return;
  shared.socket.close();
  await Promise.all([...shared.servers.values()].map(({ postgres }) => postgres.kill()));
  removeDirectory(shared.directory);
  shared = undefined;
}

async function urlFor(client: Socket, servers: SharedServers['servers'], directory: string): Promise<string> {
  // A request is small enough to arrive in one piece.
  const [request] = (await once(client, 'data')) as unknown[];
  const { binaries } = Request.parse(JSON.parse(String(request)));
  const name = binaries ?? '';
  const server = servers.get(name) ?? start(join(directory, `postgres-${servers.size}`), binaries);
  servers.set(name, server);
  await server.starting;
  return server.postgres.url;
}

function start(directory: string, binaries: string | undefined) {
  const log = `${directory}.log`;
  const postgres = postgresServer({ directory, log, password: randomPassword(), binaries });
  return { postgres, starting: postgres.start() };
}
