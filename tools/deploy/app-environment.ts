import { env } from '@syntropic/config';
import type { ServiceName } from '@syntropic/stack';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const ROOT = join(__dirname, '../..');

const Variables = z.object({ variables: z.instanceof(z.ZodObject) });

/** The errors of the app's own schema for this environment, and every variable that the app does not read. */
export async function environmentFaults(
  app: ServiceName,
  environment: Readonly<Record<string, string>>,
): Promise<string[]> {
  const { variables } = Variables.parse(await import(join(ROOT, 'apps', app, 'src', `${app}.variables.ts`)));
  const unknown = Object.keys(environment).filter((name) => !(name in variables.shape));
  const faults = unknown.map((name) => `${name}: ${app} does not read it`);
  try {
    env(variables, environment);
  } catch (error) {
    faults.push(String(error));
  }
  return faults;
}

/** The text of a file, by its path in this repository. */
export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
