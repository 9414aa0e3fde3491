import { DomainError } from '@syntropic/kernel';
import type { GithubServer } from '@syntropic/orchestration/contracts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretValue } from './secret';

/** The credentials with which this runner clones: files of a directory, named `<owner>__<name>`, or `<owner>` for all of one owner. */
export class RepositoryTokens {
  constructor(
    private readonly directory: string | undefined,
    private readonly github: GithubServer,
  ) {}

  /** Read for each clone; undefined for a repository without a file. @throws DomainError `repository.token_unusable` */
  async of(url: string): Promise<string | undefined> {
    const repository = this.github.repositoryAt(url);
    if (this.directory === undefined || !repository) return undefined;
    const { owner, name } = repository;
    return (await this.#read(`${owner}__${name}`)) ?? (await this.#read(owner));
  }

  async #read(file: string): Promise<string | undefined> {
    try {
      return secretValue(await readFile(join(this.directory ?? '', file)));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unusable(file, cause);
    }
  }
}

function unusable(file: string, cause: unknown): DomainError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const error = new DomainError('repository.token_unusable', `the runner's token ${file}: ${why}`, 'conflict', 'repos');
  error.cause = cause;
  return error;
}
