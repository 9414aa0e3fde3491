import { githubRepository } from '@syntropic/orchestration/contracts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretValue } from './secret';

/** The credentials with which this runner clones: files of a directory, named `<owner>__<name>`, or `<owner>` for all of one owner. */
export class RepositoryTokens {
  constructor(private readonly directory: string | undefined) {}

  /** Read for each clone; undefined for a repository without a file. */
  async of(url: string): Promise<string | undefined> {
    const repository = githubRepository(url);
    if (this.directory === undefined || !repository) return undefined;
    const { owner, name } = repository;
    return (await this.#read(`${owner}__${name}`)) ?? (await this.#read(owner));
  }

  async #read(file: string): Promise<string | undefined> {
    try {
      return secretValue(await readFile(join(this.directory ?? '', file)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}
