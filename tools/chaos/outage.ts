import type { Platform, Server } from '@syntropic/e2e';
import { env } from '@syntropic/config';
import { eventually } from '@syntropic/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

/** Longer than a lease (15 s), and than a runner trusts a service that does not answer (8 s). */
const { CHAOS_OUTAGE_SECONDS } = env(z.object({ CHAOS_OUTAGE_SECONDS: z.coerce.number().min(16).default(20) }));

const OUTAGE_MS = 1_000 * CHAOS_OUTAGE_SECONDS;

/** The duration of an outage. It is the fault itself, not a wait for a fact. */
export const outage = (): Promise<void> => pause(OUTAGE_MS);

/** Kills a server of the stack, which restarts it. `beforeKill` runs while the server is stopped. */
export async function killServer(
  platform: Platform,
  name: Server,
  beforeKill: () => void = () => undefined,
): Promise<void> {
  const { pid } = platform.server(name);
  if (pid === undefined) throw new Error(`the stack runs no ${name} at the moment`);
  process.kill(pid, 'SIGSTOP');
  beforeKill();
  process.kill(pid, 'SIGKILL');
  await eventually(() => ![undefined, pid].includes(platform.server(name).pid));
}
