import { DomainError } from '@syntropic/kernel';
import { SecretName } from '@syntropic/orchestration/contracts';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretValue, type Secret } from './secret';

/** A file of the directory that offers no secret, and why. */
type UnusableSecret = Readonly<{ file: string; reason: string }>;

/** The secrets that an operator has given this runner: files of a directory, named like them. */
export class RunnerSecrets {
  constructor(private readonly directory: string | undefined) {}

  /** The names of those that set-ups may ask for. @throws when the directory cannot be read */
  async offered(): Promise<Readonly<{ names: readonly string[]; unusable: readonly UnusableSecret[] }>> {
    if (this.directory === undefined) return { names: [], unusable: [] };
    const names: string[] = [];
    const unusable: UnusableSecret[] = [];
    // Mounted secrets have hidden directories for their versions.
    const files = (await readdir(this.directory)).filter((file) => !file.startsWith('.')).sort();
    for (const file of files) {
      const reason = SecretName.safeParse(file).success ? await this.#faultOf(file) : 'its name is none of a secret';
      if (reason === undefined) names.push(file);
      else unusable.push({ file, reason });
    }
    return { names, unusable };
  }

  /** Read for each set-up, so that a new value needs no restart. @throws DomainError `setup.secret_missing` */
  async of(names: readonly string[]): Promise<readonly Secret[]> {
    return Promise.all(names.map(async (name) => ({ name, value: await this.#valueOf(name) })));
  }

  async #faultOf(name: string): Promise<string | undefined> {
    try {
      await this.#read(name);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #valueOf(name: string): Promise<string> {
    try {
      return await this.#read(name);
    } catch (cause) {
      const missing = new DomainError(
        'setup.secret_missing',
        `this runner has no secret ${name}`,
        'conflict',
        'secrets',
      );
      missing.cause = cause;
      throw missing;
    }
  }

  async #read(name: string): Promise<string> {
    if (this.directory === undefined) throw new Error('there is no directory of secrets');
    return secretValue(await readFile(join(this.directory, name)));
  }
}
