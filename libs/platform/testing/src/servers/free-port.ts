import { once } from 'node:events';
import { createServer } from 'node:net';

/** A loopback port nobody listens on. Nothing reserves it, so whoever takes it should do so at once. */
export const freePort = (): Promise<number> => tryPort(0);

export function isFree(port: number): Promise<boolean> {
  return tryPort(port).then(
    () => true,
    () => false,
  );
}

async function tryPort(wanted: number): Promise<number> {
  const probe = createServer().listen(wanted, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('a listening socket has no port');
  return address.port;
}

const ATTEMPTS = 5;

/** Runs `start` with a free port, and with another one when somebody was faster. */
export async function onFreePort<Result>(start: (port: number) => Promise<Result>, attempt = 1): Promise<Result> {
  try {
    return await start(await freePort());
  } catch (error) {
    if (attempt === ATTEMPTS || !isPortTaken(error)) throw error;
    return onFreePort(start, attempt + 1);
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && /address (already )?in use|EADDRINUSE/i.test(error.message);
}
