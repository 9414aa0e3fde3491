import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Tables of rebuilds are filled without the indexes and counts of lists, and get them afterwards. */
export class FilledTables implements Migration {
  readonly name = 'filled-tables-0202611262310';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'read', 'filled-tables.sql'), 'utf8'));
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      select read.finish_rebuild(projection, version) from read.rebuilds where replaces = version;
      drop function read.take_over, read.finish_rebuild;
      alter function read.exchange_tables rename to take_over;
      grant execute on function read.take_over to syn_projection_worker;
    `);
    await queries.query(MAKE_TABLE_LIKE);
  }
}

const MAKE_TABLE_LIKE =
  /create function read\.make_table_like[\s\S]*?\$\$;/
    .exec(readFileSync(join(__dirname, 'read', 'rebuilds.sql'), 'utf8'))
    ?.join('')
    .replace('create function', 'create or replace function') ?? '';
