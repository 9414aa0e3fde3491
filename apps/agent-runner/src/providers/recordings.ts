import { DomainError } from '@syntropic/kernel';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const EXTENSION = '.jsonl';
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;

/** The file of a recording, by its name without extension or by a unique suffix of it; paths are refused. */
export async function findRecording(directory: string | undefined, name: string): Promise<string> {
  if (!NAME.test(name) || name.includes('..')) throw unknown(name, 'this is not a name');
  if (directory === undefined) throw unknown(name, 'this runner has no recordings');

  const names = (await readdir(directory)).filter((file) => file.endsWith(EXTENSION)).map(withoutExtension);
  const matches = names.includes(name) ? [name] : names.filter((candidate) => candidate.endsWith(name));
  const [only, ...others] = matches;
  if (only === undefined) throw unknown(name, 'no recording matches');
  if (others.length > 0) throw unknown(name, `it may mean ${matches.join(' or ')}`);
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
