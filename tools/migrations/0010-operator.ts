import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Operators see stopped projections and dead letters, retry a projection, and park the event it stopped at. */
export class Operator implements Migration {
  readonly name = 'operator-0000000000010';
  readonly kind = 'expanding';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(readFileSync(join(__dirname, 'read', 'operator.sql'), 'utf8'));
    await runner.query(`
      grant usage on schema read to syn_command_service;
      grant execute on function read.retry_projection, read.park_event to syn_command_service;
      grant select on read.parked_events to syn_projection_worker, syn_gateway;
      grant select on ops.dead_letters to syn_gateway;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      revoke select on ops.dead_letters from syn_gateway;
      drop function read.retry_projection, read.park_event;
      drop table read.parked_events;
      alter table read.checkpoints drop column failing_event;
      revoke usage on schema read from syn_command_service;
    `);
  }
}
