import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { ROLES } from './roles';

/** The four schemas, and a role for each service that has a database. Roles own no tables; their rights are granted table by table. */
export class Roles implements Migration {
  readonly name = 'roles-0000000000001';
  readonly kind = 'expanding';

  async up(runner: QueryRunner): Promise<void> {
    for (const role of ROLES) await runner.query(roleIfMissing(role));
    await runner.query(`
      revoke create on schema public from public;
      create schema log;
      create schema read;
      create schema telemetry;
      grant usage on schema log to syn_command_service, syn_projection_worker, syn_gateway;
      grant usage on schema read to syn_projection_worker, syn_gateway;
      grant usage on schema telemetry to syn_collector, syn_gateway;
      grant usage on schema ops to ${ROLES.join(', ')};
      grant select on ops.migrations to ${ROLES.join(', ')};
    `);
  }

  /** The roles stay, because other databases of the server may use them. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      revoke all on ops.migrations from ${ROLES.join(', ')};
      revoke all on schema ops from ${ROLES.join(', ')};
      drop schema log;
      drop schema read;
      drop schema telemetry;
    `);
  }
}

/** Roles belong to the server: the migration of another database may create the same one concurrently. */
function roleIfMissing(role: string): string {
  return `
    do $$ begin
      if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
    exception when duplicate_object or unique_violation then null;
    end $$`;
}
