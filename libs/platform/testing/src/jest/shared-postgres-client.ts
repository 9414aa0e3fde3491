import { env } from '@syntropic/config';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const Reply = z.union([z.object({ url: z.string() }), z.object({ error: z.string() })]);

/** The directory of the Postgres programs that this project's specs need; the default is the embedded one. See jest.config.js. */
export const postgresBinariesOverride = (): string | undefined =>
  env(z.object({ SYN_TEST_POSTGRES_BINARIES: z.string().optional() })).SYN_TEST_POSTGRES_BINARIES;

/** The owner's URL of the Postgres that this Jest run shares. */
export async function connectSharedPostgres(): Promise<string> {
  const { SYN_TEST_POSTGRES } = env(z.object({ SYN_TEST_POSTGRES: z.string() }));
  const socket = connect(SYN_TEST_POSTGRES);
  await once(socket, 'connect');
  socket.write(JSON.stringify({ binaries: postgresBinariesOverride() }));
  const reply = Reply.parse(JSON.parse(await text(socket)));
  if ('error' in reply) throw new Error(reply.error);
  return reply.url;
}
