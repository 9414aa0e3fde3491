import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range of outgoing connections, which could take the port before a server listens or while it restarts. */
const [LOWEST, HIGHEST] = [20_000, 32_000];

/** A loopback port without a listener. It is not reserved, so it should be used at once. */
export async function freePort(): Promise<number> {
  const port = randomInt(LOWEST, HIGHEST);
  return (await isFree(port)) ? port : freePort();
}

export async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}

const ATTEMPTS = 5;

/** Runs `start` with a free port, and with another one when the port was taken meanwhile. */
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
