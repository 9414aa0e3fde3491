import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Processes pass events that they cannot carry out, and keep them in a backlog that operators see. */
export class ProcessBacklog implements Migration {
  readonly name = 'process-backlog-0202611252200';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'ops', 'process-backlog.sql'), 'utf8'));
    await queries.query(`
      grant select, insert, update, delete on ops.process_backlog, ops.parked_process_events to syn_command_service;
      grant select on ops.processes, ops.process_backlog, ops.parked_process_events to syn_gateway;
    `);
  }

  /** Needs no event set aside: the processes of before begin behind `position`, where nothing is left undone. */
  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      revoke select on ops.processes from syn_gateway;
      drop function ops.park_process_event, ops.retry_process;
      drop table ops.parked_process_events, ops.process_backlog;
      create or replace function ops.register_process(name text) returns void
      language sql
      begin atomic
        insert into ops.processes (name, position, epoch)
        select register_process.name, head.position, head.store_epoch from log.log_head head
        on conflict do nothing;
      end;
      update ops.processes set status = 'failing' where status = 'stopped';
      alter table ops.processes drop constraint processes_status_check;
      alter table ops.processes add constraint processes_status_check check (status in ('running', 'failing'));
      alter table ops.processes drop column reader_position, drop column failing_since;
    `);
  }
}
