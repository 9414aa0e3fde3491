import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

const sql = (file: string) => readFileSync(join(__dirname, 'log', file), 'utf8');

/** The log: immutable events, the head that orders them, claims across streams, and the functions that append. */
export class Log implements Migration {
  readonly name = 'log-0000000000002';
  readonly kind = 'expanding';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(sql('tables.sql'));
    await runner.query(sql('append-events.sql'));
    await runner.query(`
      revoke execute on all functions in schema log from public;
      grant select on log.events, log.log_head, log.claims to syn_command_service;
      grant execute on function log.append_events, log.outcome_of_command, log.outcome_of_known, log.version_of
        to syn_command_service;
      grant select on log.events, log.log_head to syn_projection_worker;
      grant select on log.log_head to syn_gateway;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function log.append_events, log.append_guarded, log.append_winners, log.reserve;
      drop function log.outcome_of_command, log.outcome_of_known, log.version_of, ops.lease_holds;
      drop table log.events, log.log_head, log.claims;
      drop function log.refuse_change;
    `);
  }
}
