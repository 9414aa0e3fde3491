import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { removeDirectory, scratchDirectory, sweepScratchDirectories } from '../scratch-directory';
import { randomPassword } from '../servers/credentials';
import type { LocalServer } from '../servers/local-server';
import { postgresServer } from '../servers/postgres-server';

interface Loan {
  readonly directory: string;
  readonly desk: Server;
  readonly postgres: LocalServer;
}

let loan: Loan | undefined;

/**
 * Lends one Postgres to a whole Jest run: started when the first spec asks, so that a run of pure specs starts none,
 * and a child of the process that runs Jest, so that it ends with it.
 */
export async function lendPostgres(): Promise<void> {
  sweepScratchDirectories();
  const directory = scratchDirectory();
  const postgres = postgresServer({
    directory: join(directory, 'postgres'),
    log: join(directory, 'postgres.log'),
    password: randomPassword(),
  });
  let starting: Promise<void> | undefined;
  const desk = createServer((asker) => {
    starting ??= postgres.start();
    starting.then(
      () => asker.end(JSON.stringify({ url: postgres.url })),
      (error: unknown) => asker.end(JSON.stringify({ error: String(error) })),
    );
  });
  const address = join(directory, 'postgres.socket');
  desk.listen(address).unref();
  await once(desk, 'listening');
  process.env['SYN_TEST_POSTGRES'] = address;
  loan = { directory, desk, postgres };
}

export async function takePostgresBack(): Promise<void> {
  if (!loan) return;
  loan.desk.close();
  await loan.postgres.kill();
  removeDirectory(loan.directory);
  loan = undefined;
}
