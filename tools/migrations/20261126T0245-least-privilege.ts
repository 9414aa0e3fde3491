import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { ROLES } from './roles';

/** The functions that a service calls; all others are called by these, or by migrations. */
const CALLED = {
  'log.append_events, log.outcome_of_command, log.outcome_of_known, log.version_of': ['syn_command_service'],
  'log.waiting_since': ['syn_command_service', 'syn_projection_worker', 'syn_gateway'],
  'ops.claim_work, ops.park_process_event, ops.retry_process': ['syn_command_service'],
  'read.park_event, read.retry_projection': ['syn_command_service'],
  'telemetry.insert_batches, telemetry.maintain': ['syn_collector'],
};

/**
 * PUBLIC has no right: Postgres gives it every new function, the schema `public`, and connections with temporary tables.
 * Older builds keep what they use, by grants to their roles.
 */
export class LeastPrivilege implements Migration {
  readonly name = 'least-privilege-0202611260245';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      revoke execute on all functions in schema log, ops, read, telemetry, public from public;
      alter default privileges revoke execute on functions from public;
      ${Object.entries(CALLED)
        .map(([functions, roles]) => `grant execute on function ${functions} to ${roles.join(', ')};`)
        .join('\n')}

      revoke all on ops.dead_letters from syn_projection_worker;
      revoke all on schema public from public;
      revoke all on ops.migration_kinds from public;
      grant select on ops.migration_kinds to ${ROLES.join(', ')};
      ${ofThisDatabase('revoke all on database %I from public')}
      ${ofThisDatabase(`grant connect on database %I to ${ROLES.join(', ')}`)}
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      ${ofThisDatabase(`revoke connect on database %I from ${ROLES.join(', ')}`)}
      ${ofThisDatabase('grant connect, temporary on database %I to public')}
      grant select, insert, update on ops.dead_letters to syn_projection_worker;
      revoke all on ops.migration_kinds from ${ROLES.join(', ')};
      grant select on ops.migration_kinds to public;
      grant usage on schema public to public;
      alter default privileges grant execute on functions to public;
      grant execute on all functions in schema ops to public;
      grant execute on function log.waiting_since to public;
    `);
  }
}

/** Rights to a database need its name, which each installation chooses. */
const ofThisDatabase = (statement: string) => `do $$ begin execute format('${statement}', current_database()); end $$;`;
