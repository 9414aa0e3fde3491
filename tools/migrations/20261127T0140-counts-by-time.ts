import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { countRows } from './read/row-counts';

const BEFORE = ['', 'status', 'workflow_id', 'workflow_id, status'];
const unitsOf = (columns: string): readonly string[] =>
  [3_600, 86_400].map((seconds) => `${columns}floor(extract(epoch from started_at) / ${seconds})::bigint`);

const TABLES: Readonly<Record<string, readonly string[]>> = {
  session_v1: [...unitsOf(''), ...unitsOf('status, ')],
  execution_v6: unitsOf(''),
};

/** Counts by the hour and the day at which rows began: the total of a range of time adds them up. */
export class CountsByTime implements Migration {
  readonly name = 'counts-by-time-0202611270140';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    for (const [table, units] of Object.entries(TABLES)) await count(queries, table, [...BEFORE, ...units]);
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const table of Object.keys(TABLES)) await count(queries, table, BEFORE);
  }
}

async function count(queries: QueryRunner, table: string, counted: readonly string[]): Promise<void> {
  for (const event of ['insert', 'update', 'delete', 'truncate']) {
    await queries.query(`drop trigger count_${event} on read.${table}`);
  }
  await countRows(queries, `read.${table}`, counted);
}
