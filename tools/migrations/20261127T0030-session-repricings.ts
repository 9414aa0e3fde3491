import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Sessions whose calls were priced again in the store of telemetry, for the command service to have them record their costs. */
export class SessionRepricings implements Migration {
  readonly name = 'session-repricings-0202611270030';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'ops', 'session-repricings.sql'), 'utf8'));
    await queries.query('grant select, update, delete on ops.session_repricings to syn_command_service');
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('drop function ops.ask_repricings; drop table ops.session_repricings');
  }
}
