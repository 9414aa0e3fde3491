import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Administrators see which caller has caused which event. */
export class Audit implements Migration {
  readonly name = 'audit-0202611261410';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'log', 'audit.sql'), 'utf8'));
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      drop function log.position_before;
      drop index log.events_by_caller, log.events_of_callers;
    `);
  }
}
