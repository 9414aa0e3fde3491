import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The append of a command with an idempotency key and its answer are one transaction. */
export class AnsweredAppends implements Migration {
  readonly name = 'answered-appends-0202611260600';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query('alter table ops.answers alter column reply drop not null');
    await queries.query(readFileSync(join(__dirname, 'log', 'answered-appends.sql'), 'utf8'));
  }

  /** Older builds send no append with a key; the function stays, because it serves them too. */
  async down(queries: QueryRunner): Promise<void> {
    await queries.query('delete from ops.answers where reply is null');
    await queries.query('alter table ops.answers alter column reply set not null');
  }
}
