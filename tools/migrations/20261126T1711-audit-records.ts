import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/**
 * The audit's records of what the log does not hold. The indexes of the audit leave the log, where each append paid for them: the read
 * model `audit_entry` has the old events too. Builds before it read the same statement, more slowly.
 */
export class AuditRecords implements Migration {
  readonly name = 'audit-records-0202611261711';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'ops/audit-records.sql'), 'utf8'));
    await queries.query('drop index log.events_by_caller, log.events_of_callers');
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      drop table ops.audit_records;
      create index events_of_callers on log.events (position) where metadata #>> '{actor,kind}' <> 'service';
      create index events_by_caller on log.events ((metadata #>> '{actor,kind}'), (metadata #>> '{actor,id}'), position)
        where metadata #>> '{actor,kind}' <> 'service';
    `);
  }
}
