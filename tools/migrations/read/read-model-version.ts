import type { QueryRunner } from 'typeorm';
import type { Migration } from '../migration';
import { countRows } from './row-counts';
import { dropVersion } from './versions';

/**
 * Creates a version of a read model: an empty table, to be folded from the log, beside those of earlier versions.
 * Migrations that have run depend on these statements, so they never change.
 */
export abstract class ReadModelVersion implements Migration {
  abstract readonly name: string;
  readonly kind = 'expanding';
  abstract readonly projection: string;
  abstract readonly version: number;
  /** Its columns and its key as the projection defined them at that time. */
  abstract readonly columns: string;
  /** The columns of each further index. */
  readonly indexes: readonly string[] = [];
  /** The lists of columns by which its rows are counted. */
  readonly counted: readonly string[] = [];

  async up(queries: QueryRunner): Promise<void> {
    const table = `read.${this.projection}_v${this.version}`;
    await queries.query(`
      create table ${table} (${this.columns});
      ${this.indexes.map((index) => `create index on ${table} (${index});`).join('\n')}
      grant select, insert, update, delete on ${table} to syn_projection_worker;
      grant select on ${table} to syn_gateway;
      insert into read.checkpoints (projection, version, store_epoch)
      select '${this.projection}', ${this.version}, store_epoch from log.log_head;
    `);
    if (this.counted.length > 0) await countRows(queries, table, this.counted);
  }

  async down(queries: QueryRunner): Promise<void> {
    await dropVersion(queries, this.projection, this.version);
  }
}
