import { DomainError } from '@syntropic/kernel';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const EXTENSION = '.jsonl';
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;

/** The file of a recording: named without its extension, or by any end of the name that no other one has. Never by a path. */
export async function findRecording(directory: string | undefined, name: string): Promise<string> {
  if (!NAME.test(name) || name.includes('..')) throw unknown(name, 'it is not a name');
  if (directory === undefined) throw unknown(name, 'this runner has no recordings');

  const names = (await readdir(directory)).filter((file) => file.endsWith(EXTENSION)).map(withoutExtension);
  const found = names.includes(name) ? [name] : names.filter((candidate) => candidate.endsWith(name));
  const [only, ...others] = found;
  if (only === undefined) throw unknown(name, 'there is none');
  if (others.length > 0) throw unknown(name, `it may mean ${found.join(' or ')}`);
  return join(directory, only + EXTENSION);
}

const withoutExtension = (file: string) => file.slice(0, -EXTENSION.length);

const unknown = (name: string, why: string) =>
  new DomainError(
    'agent.recording_unknown',
    `no recording ${JSON.stringify(name)}: ${why}`,
    'invalid',
    'agent.recording',
  );
