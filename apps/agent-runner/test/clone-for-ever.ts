import { GITHUB_COM } from '@syntropic/orchestration/contracts';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cloneRepository } from '../src/session/repositories';
import { ProcessBackend } from '../src/workspaces';

/** A runner in the middle of a clone, until it is killed. */
async function main([, , repository = '', directory = '', id = '']: readonly string[]): Promise<void> {
  const workspace = await new ProcessBackend(true).create({
    id,
    directory: join(directory, id),
    limits: {},
    environment: {},
  });
  const rules = { github: GITHUB_COM, allowFiles: true, workspaceId: id };
  await cloneRepository({ url: pathToFileURL(repository).href }, dirname(workspace.directory), rules);
}

void main(process.argv);
