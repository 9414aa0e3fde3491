import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The claims of a runner are numbered, so that a late copy of one takes no work. */
export class NumberedClaims implements Migration {
  readonly name = 'numbered-claims-0202611260235';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'ops', 'numbered-claims.sql'), 'utf8'));
    await queries.query(`
      revoke execute on function ops.claim_numbered_work from public;
      grant execute on function ops.claim_numbered_work to syn_command_service;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      drop function ops.claim_numbered_work;
      alter table ops.work drop column claim_number;
      alter table ops.runners drop column claims;
    `);
  }
}
