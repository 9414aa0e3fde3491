import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The limits of workspaces that a runner can hold, by the kind of workspace. */
export class RunnerWorkspaces implements Migration {
  readonly name = 'runner-workspaces-0202611261048';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`alter table ops.runners add column workspaces jsonb not null default '{}'`);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('alter table ops.runners drop column workspaces');
  }
}
