import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { replaceVersion, restoreVersion } from './read/versions';

/** Executions are folded anew: what was lost with a session is known now, and what an attempt left does not outlive it. */
export class Execution2 implements Migration {
  readonly name = 'execution-2-0000000000012';
  readonly kind = 'contracting';

  async up(queries: QueryRunner): Promise<void> {
    await replaceVersion(queries, 'execution', 2);
  }

  async down(queries: QueryRunner): Promise<void> {
    await restoreVersion(queries, 'execution', 2);
  }
}
