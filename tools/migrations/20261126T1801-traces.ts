import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The process `export-traces`, which begins at the head of the log, makes the spans below an agent's from telemetry. */
export class Traces implements Migration {
  readonly name = 'traces-0202611261801';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      grant usage on schema telemetry to syn_command_service;
      grant select on all tables in schema telemetry to syn_command_service;
      select ops.register_process('export-traces');
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      delete from ops.processes where name = 'export-traces';
      revoke select on all tables in schema telemetry from syn_command_service;
      revoke usage on schema telemetry from syn_command_service;
    `);
  }
}
