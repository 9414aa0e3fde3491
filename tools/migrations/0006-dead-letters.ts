import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

const BURYING_ROLES = 'syn_command_service, syn_projection_worker, syn_collector';

/** Messages without a successful handler, stored whole so that an operator can replay them. */
export class DeadLetters implements Migration {
  readonly name = 'dead-letters-0000000000006';
  readonly kind = 'expanding';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table ops.dead_letters (
        id uuid primary key,
        subject text not null,
        headers jsonb not null,
        body bytea not null,
        reason text not null,
        buried_by text not null,
        buried_at timestamptz not null default clock_timestamp(),
        replayed_at timestamptz
      );
      create index dead_letters_by_age on ops.dead_letters (buried_at);
      grant select, insert, update on ops.dead_letters to ${BURYING_ROLES};
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table ops.dead_letters');
  }
}
