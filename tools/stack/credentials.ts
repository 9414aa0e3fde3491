import { ROLES } from '@syntropic/migrations';
import { randomPassword } from '@syntropic/testing/servers';
import { z } from 'zod';
import type { DataDirectory } from './data-directory';
import { SERVICE_NAMES } from './services';

const Credentials = z.object({
  postgres: z.string(),
  redis: z.string(),
  roles: z.record(z.enum(ROLES), z.string()),
  nats: z.record(z.enum(['operator', ...SERVICE_NAMES]), z.string()),
});

export type Credentials = z.output<typeof Credentials>;

const FILE = 'credentials.json';

/** The passwords this data directory was made with; made at its first start. */
export function credentialsIn(directory: DataDirectory): Credentials {
  const kept = directory.readJson(FILE);
  if (kept !== undefined) return Credentials.parse(kept);

  const made = Credentials.parse({
    postgres: randomPassword(),
    redis: randomPassword(),
    roles: passwordsFor(ROLES),
    nats: passwordsFor(['operator', ...SERVICE_NAMES]),
  });
  directory.writeJson(FILE, made);
  return made;
}

function passwordsFor(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, randomPassword()]));
}
