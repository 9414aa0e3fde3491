import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

const sql = (file: string) => readFileSync(join(__dirname, 'ops', file), 'utf8');

/** Tables of command-service beside the log: work and its leases, positions of processes, timers. */
export class Ops implements Migration {
  readonly name = 'ops-0000000000003';
  readonly kind = 'expanding';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(sql('work.sql'));
    await runner.query(sql('processes.sql'));
    await runner.query(`
      grant select, insert, update, delete
        on ops.work, ops.runners, ops.lease_service, ops.processes, ops.timers to syn_command_service`);
  }

  /** Appends call `ops.lease_holds` even without a work table: then no lease is valid. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create or replace function ops.lease_holds(session_id uuid, token bigint) returns boolean
        language sql stable return false;
      drop function ops.claim_work, ops.register_process;
      drop table ops.work, ops.runners, ops.lease_service, ops.processes, ops.timers;
    `);
  }
}
