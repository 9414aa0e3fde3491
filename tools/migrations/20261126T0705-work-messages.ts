import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The position of the newest message for the agents of an execution, by which runners learn of it. */
export class WorkMessages implements Migration {
  readonly name = 'work-messages-0202611260705';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query('alter table ops.work add column messages bigint not null default 0');
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('alter table ops.work drop column messages');
  }
}
