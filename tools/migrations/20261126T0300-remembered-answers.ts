import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The answers to commands with an idempotency key, refusals included. */
export class RememberedAnswers implements Migration {
  readonly name = 'remembered-answers-0202611260300';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      create table ops.answers (
        command_id uuid primary key,
        body_hash text not null,
        -- JSON as text: jsonb cannot hold every text that a refusal may quote.
        reply text not null,
        answered_at timestamptz not null default clock_timestamp()
      );
      create index answers_by_age on ops.answers (answered_at);
      grant select, insert, update, delete on ops.answers to syn_command_service;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('drop table ops.answers');
  }
}
