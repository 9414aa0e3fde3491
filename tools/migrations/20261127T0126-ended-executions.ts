import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** An index that has the executions of a status in the order of their ends: failures are counted and sorted without their rows. */
export class EndedExecutions implements Migration {
  readonly name = 'ended-executions-0202611270126';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query('create index execution_by_end on read.execution_v6 (status, completed_at, execution_id)');
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('drop index read.execution_by_end');
  }
}
