import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Read models are folded anew beside the table that is read, compared with it, and take its place. */
export class Rebuilds implements Migration {
  readonly name = 'rebuilds-0202611261655';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'read', 'rebuilds.sql'), 'utf8'));
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      select read.stop_rebuild(projection) from read.rebuilds where replaces = version;
      drop function read.take_over, read.accept_rebuild, read.stop_rebuild, read.start_rebuild, read.projections, read.make_table_like;
      drop table read.rebuilds;
    `);
  }
}
