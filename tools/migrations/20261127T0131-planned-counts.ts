import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Tables whose rows are counted have planned statements for it. */
export class PlannedCounts implements Migration {
  readonly name = 'planned-counts-0202611270131';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'read', 'planned-counts.sql'), 'utf8'));
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      do $$
      declare
        definition text;
        own text;
      begin
        for definition in
          select regexp_replace(pg_get_triggerdef(oid), 'EXECUTE FUNCTION .*?\\(', 'EXECUTE FUNCTION read.count_rows(') from pg_trigger
          where tgfoid::regproc::text like 'read.count_rows_of_%' and not tgisinternal
        loop
          execute replace(definition, 'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER');
        end loop;
        for own in select oid::regprocedure from pg_proc where oid::regproc::text like 'read.count_rows_of_%' loop
          execute 'drop function ' || own;
        end loop;
      end $$;
      drop function read.plan_counts, read.counting_text;
    `);
  }
}
