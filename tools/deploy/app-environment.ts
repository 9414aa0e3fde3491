import { env } from '@syntropic/config';
import type { ServiceName } from '@syntropic/stack';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const ROOT = join(__dirname, '../..');

const Variables = z.object({ variables: z.instanceof(z.ZodObject) });

/** What the app itself would say to this environment, and every variable that it does not know. */
export async function faultsOf(app: ServiceName, environment: Readonly<Record<string, string>>): Promise<string[]> {
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

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
