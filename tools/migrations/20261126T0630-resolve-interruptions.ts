import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The process `resolve-interruptions` begins at the head of the log: earlier interruptions are left to people. */
export class ResolveInterruptions implements Migration {
  readonly name = 'resolve-interruptions-0202611260630';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`select ops.register_process('resolve-interruptions')`);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`delete from ops.processes where name = 'resolve-interruptions'`);
  }
}
