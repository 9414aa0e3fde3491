import { env } from '@syntropic/config';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const Lent = z.union([z.object({ url: z.string() }), z.object({ error: z.string() })]);

/** Where the programs of the Postgres are that this project's specs are for: see jest.config.js. */
export const wantedBinaries = (): string | undefined =>
  env(z.object({ SYN_TEST_POSTGRES_BINARIES: z.string().optional() })).SYN_TEST_POSTGRES_BINARIES;

/** The owner's URL of the Postgres this Jest run shares. */
export async function borrowedPostgresUrl(): Promise<string> {
  const { SYN_TEST_POSTGRES } = env(z.object({ SYN_TEST_POSTGRES: z.string() }));
  const desk = connect(SYN_TEST_POSTGRES);
  await once(desk, 'connect');
  desk.write(JSON.stringify({ binaries: wantedBinaries() }));
  const lent = Lent.parse(JSON.parse(await text(desk)));
  if ('error' in lent) throw new Error(lent.error);
  return lent.url;
}
