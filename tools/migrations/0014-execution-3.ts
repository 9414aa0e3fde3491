import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { replaceVersion, restoreVersion } from './read/versions';

/** Executions are folded again: their artifacts are those of the newest attempts, as `ExecutionCompleted` names them. */
export class Execution3 implements Migration {
  readonly name = 'execution-3-0000000000014';
  readonly kind = 'contracting';

  async up(queries: QueryRunner): Promise<void> {
    await replaceVersion(queries, 'execution', 3);
  }

  async down(queries: QueryRunner): Promise<void> {
    await restoreVersion(queries, 'execution', 3);
  }
}
