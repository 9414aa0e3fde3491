import { env } from '@syntropic/config';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const Settings = z.object({ DATABASE_URL: z.url().optional() });
/** The record of a running `npm start`. */
const Stack = z.object({ servers: z.object({ postgres: z.object({ url: z.url() }) }) });

/** The database of `DATABASE_URL`, or else of the stack that `npm start` runs on this directory. */
export function databaseUrl(dataDirectory: string): string {
  const { DATABASE_URL } = env(Settings);
  if (DATABASE_URL) return DATABASE_URL;
  const record = join(resolve(dataDirectory), 'stack.json');
  if (existsSync(record)) return Stack.parse(JSON.parse(readFileSync(record, 'utf8'))).servers.postgres.url;
  throw new Error(`DATABASE_URL is not set, and no stack runs on ${resolve(dataDirectory)}`);
}
