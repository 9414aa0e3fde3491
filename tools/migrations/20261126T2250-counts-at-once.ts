import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

const sql = (file: string): string => readFileSync(join(__dirname, 'read', file), 'utf8');

/** An upsert calls the triggers of inserts and of updates: rows are counted by all lists of columns in one statement, and only where there are some. */
export class CountsAtOnce implements Migration {
  readonly name = 'counts-at-once-0202611262250';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(sql('counts-at-once.sql'));
  }

  async down(queries: QueryRunner): Promise<void> {
    const before = sql('row-counts.sql');
    const begin = before.indexOf('create function read.count_rows');
    await queries.query(`create or replace ${before.slice(begin + 'create '.length)}`);
  }
}
