import { join } from 'node:path';
import { LocalServer } from './local-server';
import { canQuery } from './postgres-server';

/** It compiles its programs, and creates a database, twice. */
const START_MS = 170_000;

type Options = Readonly<{ directory: string; log: string }>;

/** Postgres 17 with TimescaleDB in WebAssembly, in memory. It has one session, no other users, and no background jobs. */
export function timescaleServer({ directory, log }: Options): LocalServer {
  const url = (port: number) => `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  return new LocalServer({
    name: 'timescale',
    directory,
    log,
    stopSignal: 'SIGTERM',
    killSignal: 'SIGKILL',
    startMs: START_MS,
    prepare: (port) => Promise.resolve([process.execPath, join(__dirname, 'timescale-program.mjs'), String(port)]),
    isReady: (port) => canQuery(url(port)),
    url,
  });
}
