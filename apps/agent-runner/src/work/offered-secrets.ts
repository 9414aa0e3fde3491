import { Injectable } from '@nestjs/common';
import { RunnerSecrets } from '../setup/runner-secrets';
import { RunnerLog } from './runner-log';

/** The names of the secrets that this runner has, as clients may know them. */
@Injectable()
export class OfferedSecrets {
  constructor(
    private readonly secrets: RunnerSecrets,
    private readonly log: RunnerLog,
  ) {}

  /** Files that are no secrets are only logged. @throws when the directory cannot be read */
  async report(): Promise<string[]> {
    const { names, unusable } = await this.secrets.offered();
    for (const { file, reason } of unusable) this.log.warn({ file, reason }, 'a file offers no secret');
    if (names.length > 0) this.log.info({ secrets: names }, 'secrets of set-ups');
    return [...names];
  }
}
