import type { MigrationInterface, QueryRunner } from 'typeorm';
import { replaceVersion, restoreVersion } from './read/new-version';

/** Executions are folded anew: their artifacts are those of the newest attempts, as `ExecutionCompleted` names them. */
export class Execution3 implements MigrationInterface {
  readonly name = 'execution-3-0000000000014';

  async up(queries: QueryRunner): Promise<void> {
    await replaceVersion(queries, 'execution', 3);
  }

  async down(queries: QueryRunner): Promise<void> {
    await restoreVersion(queries, 'execution', 3);
  }
}
