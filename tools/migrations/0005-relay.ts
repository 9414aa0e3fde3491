import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Leases for tasks that only one replica may do at a time, and the relay's position in the log. */
export class Relay implements Migration {
  readonly name = 'relay-0000000000005';
  readonly kind = 'expanding';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table ops.leases (
        name text primary key,
        owner uuid not null,
        expires_at timestamptz not null
      );
      create table ops.relay (
        only_row boolean primary key default true check (only_row),
        position bigint not null,
        epoch uuid not null
      );
      insert into ops.relay (position, epoch) select 0, store_epoch from log.log_head;
      grant select, insert, update, delete on ops.leases to syn_command_service;
      grant select, update on ops.relay to syn_command_service;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table ops.relay, ops.leases');
  }
}
