import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** A runner belongs to the NATS user that has reported it, so that no other user can speak as this runner. */
export class RunnerUsers implements Migration {
  readonly name = 'runner-users-0202611260550';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query('alter table ops.runners add column nats_user text');
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('alter table ops.runners drop column nats_user');
  }
}
