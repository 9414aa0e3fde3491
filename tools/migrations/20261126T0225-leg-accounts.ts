import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { INSERT_BATCHES } from './telemetry/functions';

/** Roll-ups of sessions with several results: each adds what no earlier account has, and ends what was estimated before it. */
export class LegAccounts implements Migration {
  readonly name = 'leg-accounts-0202611260225';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'telemetry', 'leg-accounts.sql'), 'utf8'));
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('drop function telemetry.insert_batches');
    await queries.query(INSERT_BATCHES);
    await queries.query(`
      revoke all on function telemetry.insert_batches from public;
      grant execute on function telemetry.insert_batches to syn_collector;
      alter table telemetry.session_models drop column results_before;
      alter table telemetry.session_legs drop column conversation, drop column accounts, drop column account_complete;
    `);
  }
}
