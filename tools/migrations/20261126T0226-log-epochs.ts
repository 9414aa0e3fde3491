import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** A log that lacks events that were read begins a new epoch, and what counts in it follows by rule. */
export class LogEpochs implements Migration {
  readonly name = 'log-epochs-0202611260226';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'log', 'epochs.sql'), 'utf8'));
    await queries.query(`
      revoke execute on function log.begin_epoch, ops.enter_epoch, read.enter_epoch from public;
      grant execute on function log.begin_epoch to syn_command_service;
      grant select on log.restorations to syn_command_service, syn_gateway;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      drop function log.begin_epoch, ops.enter_epoch, read.enter_epoch;
      drop table log.restorations;
    `);
  }
}
