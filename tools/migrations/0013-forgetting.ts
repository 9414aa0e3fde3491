import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Replayed dead letters may be deleted. */
export class Forgetting implements Migration {
  readonly name = 'forgetting-0000000000013';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      grant delete on ops.dead_letters to syn_command_service;
      create index dead_letters_replayed on ops.dead_letters (replayed_at) where replayed_at is not null;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      drop index ops.dead_letters_replayed;
      revoke delete on ops.dead_letters from syn_command_service;
    `);
  }
}
