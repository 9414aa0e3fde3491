import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { removeDirectory, scratchDirectory, sweepScratchDirectories } from '../scratch-directory';
import { randomPassword } from '../servers/credentials';
import type { LocalServer } from '../servers/local-server';
import { postgresServer } from '../servers/postgres-server';

interface Loan {
  readonly directory: string;
  readonly desk: Server;
  /** By where their programs are; the usual ones have no name. */
  readonly servers: Map<string, { readonly postgres: LocalServer; readonly starting: Promise<void> }>;
}

const Wish = z.object({ binaries: z.string().optional() });

let loan: Loan | undefined;

/**
 * Lends one Postgres to a whole Jest run, and one more for each other version that is asked for: started when the first
 * spec asks, so that a run of pure specs starts none, and children of the process that runs Jest, so that they end with it.
 */
export async function lendPostgres(): Promise<void> {
  sweepScratchDirectories();
  const directory = scratchDirectory();
  const servers: Loan['servers'] = new Map();
  const desk = createServer((asker) => {
    lent(servers, directory, asker).then(
      (url) => asker.end(JSON.stringify({ url })),
      (error: unknown) => asker.end(JSON.stringify({ error: String(error) })),
    );
  });
  const address = join(directory, 'postgres.socket');
  desk.listen(address).unref();
  await once(desk, 'listening');
  process.env['SYN_TEST_POSTGRES'] = address;
  loan = { directory, desk, servers };
}

export async function takePostgresBack(): Promise<void> {
  if (!loan) return;
  loan.desk.close();
  await Promise.all([...loan.servers.values()].map(({ postgres }) => postgres.kill()));
  removeDirectory(loan.directory);
  loan = undefined;
}

async function lent(servers: Loan['servers'], directory: string, asker: Socket): Promise<string> {
  // A wish is small enough to come in one piece.
  const [wish] = (await once(asker, 'data')) as unknown[];
  const { binaries } = Wish.parse(JSON.parse(String(wish)));
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
