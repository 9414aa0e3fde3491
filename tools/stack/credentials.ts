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

/** The passwords of this data directory, generated at its first start. */
export function credentialsIn(directory: DataDirectory): Credentials {
  const stored = directory.readJson(FILE);
  if (stored !== undefined) return Credentials.parse(stored);

  const generated = Credentials.parse({
    postgres: randomPassword(),
    redis: randomPassword(),
    roles: passwordsFor(ROLES),
    nats: passwordsFor(['operator', ...SERVICE_NAMES]),
  });
  directory.writeJson(FILE, generated);
  return generated;
}

function passwordsFor(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, randomPassword()]));
}
