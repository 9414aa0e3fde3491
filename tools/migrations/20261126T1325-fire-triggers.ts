import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The process `fire-triggers` begins at the head of the log: there are no deliveries before. */
export class FireTriggers implements Migration {
  readonly name = 'fire-triggers-0202611261325';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`select ops.register_process('fire-triggers')`);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`delete from ops.processes where name = 'fire-triggers'`);
  }
}
