import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { countRows } from './read/row-counts';

const COUNTED = [
  { table: 'read.execution_v5', counted: ['', 'status', 'workflow_id', 'workflow_id, status'] },
  { table: 'read.session_v1', counted: ['', 'status', 'workflow_id'] },
];

/** Counts of rows by what lists filter by, kept by triggers, and indexes that have the order of lists to its end. */
export class RowCounts implements Migration {
  readonly name = 'row-counts-0202611261431';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'read', 'row-counts.sql'), 'utf8'));
    for (const { table, counted } of COUNTED) await countRows(queries, table, counted);
    await queries.query(indexes('read.execution_v5', 'execution_id'));
    await queries.query(indexes('read.session_v1', 'session_id'));
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(shorterIndexes('read.session_v1', 'session_id'));
    await queries.query(shorterIndexes('read.execution_v5', 'execution_id'));
    await queries.query('drop function read.count_rows cascade; drop table read.row_counts');
  }
}

const BY = ['', 'status, ', 'workflow_id, '];

const indexName = (table: string, columns: string, key = '') =>
  `${table.slice('read.'.length)}_${`${columns}started_at${key && `, ${key}`}`.replaceAll(', ', '_')}_idx`;

const indexes = (table: string, key: string): string =>
  BY.map(
    (columns) => `
      create index on ${table} (${columns}started_at, ${key});
      drop index read.${indexName(table, columns)};`,
  ).join('');

const shorterIndexes = (table: string, key: string): string =>
  BY.map(
    (columns) => `
      create index on ${table} (${columns}started_at);
      drop index read.${indexName(table, columns, key)};`,
  ).join('');
