import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The programs of agents that a runner has looked for: their versions, or the reasons why they are missing. */
export class RunnerAgents implements Migration {
  readonly name = 'runner-agents-0202611260620';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`alter table ops.runners add column agents jsonb not null default '{}'`);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('alter table ops.runners drop column agents');
  }
}
