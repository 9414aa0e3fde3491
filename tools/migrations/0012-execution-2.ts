import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { replaceVersion, restoreVersion } from './read/versions';

/** Executions are folded again: usage of lost sessions counts, and an attempt's results end with the attempt. */
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
