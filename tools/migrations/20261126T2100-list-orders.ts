import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { countRows } from './read/row-counts';

type Table = Readonly<{
  dropped: readonly string[];
  added: readonly string[];
  counted: readonly string[];
  before?: readonly string[];
}>;

/** The indexes and counts that the lists of each read model need; `before`: what was counted until now. */
const TABLES: Readonly<Record<string, Table>> = {
  workflow_v1: {
    dropped: ['created_at', 'workflow_type, created_at'],
    added: [
      ...['created_at', 'name', 'workflow_type', 'phase_count', 'runs_count'].map(
        (column) => `${column}, workflow_id, is_archived`,
      ),
      'workflow_type, created_at, workflow_id, is_archived',
    ],
    counted: ['', 'is_archived', 'workflow_type, is_archived'],
  },
  session_v1: {
    dropped: [],
    added: ['workflow_id, status, started_at, session_id'],
    counted: ['', 'status', 'workflow_id', 'workflow_id, status'],
    before: ['', 'status', 'workflow_id'],
  },
  message_v1: {
    dropped: ['execution_id, requested_at'],
    added: ['execution_id, requested_at, message_id'],
    counted: [],
  },
  artifact_v2: {
    dropped: [
      'created_at',
      ...['execution_id', 'session_id', 'workflow_id', 'phase_id', 'artifact_type'].map(
        (column) => `${column}, created_at`,
      ),
    ],
    added: [
      'created_at, artifact_id',
      ...['execution_id', 'session_id', 'workflow_id', 'phase_id', 'artifact_type'].map(
        (column) => `${column}, created_at, artifact_id`,
      ),
    ],
    counted: ['', 'workflow_id', 'phase_id', 'artifact_type'],
  },
  trigger_v1: {
    dropped: ['created_at', 'repository_key, created_at', 'workflow_id, created_at', 'status, created_at'],
    added: ['', 'repository_key, ', 'workflow_id, ', 'event, '].map(
      (columns) => `${columns}status, created_at, trigger_id`,
    ),
    counted: ['status', 'event, status'],
  },
  trigger_firing_v1: {
    dropped: ['fired_at', 'trigger_id, fired_at'],
    added: ['fired_at, execution_id', 'trigger_id, fired_at, execution_id'],
    counted: ['', 'trigger_id'],
  },
  installation_repo_v1: {
    dropped: ['installation_id, name_key', 'name_key'],
    added: ['installation_id, name_key, installation_repo_id, is_private', 'name_key, installation_repo_id'],
    counted: ['installation_id', 'installation_id, is_private'],
  },
  organization_v2: {
    dropped: ['created_at'],
    added: ['created_at, organization_id', 'name, organization_id'],
    counted: [''],
  },
  system_v1: {
    dropped: ['created_at', 'organization_id, created_at', 'name'],
    added: ['', 'organization_id, '].flatMap((columns) => [
      `${columns}created_at, system_id`,
      `${columns}name, system_id`,
    ]),
    counted: ['', 'organization_id'],
  },
  repo_v1: {
    dropped: ['created_at', 'organization_id, created_at', 'system_id, created_at', 'full_name'],
    added: ['', 'organization_id, ', 'system_id, '].flatMap((columns) => [
      `${columns}created_at, repo_id`,
      `${columns}full_name, repo_id`,
    ]),
    counted: ['', 'organization_id', 'system_id'],
  },
  repo_execution_v1: {
    dropped: ['repository, started_at'],
    added: ['repository, started_at, execution_id'],
    counted: ['repository'],
  },
};

/** An index for each order and filter of lists, to its end, and totals of their filters. */
export class ListOrders implements Migration {
  readonly name = 'list-orders-0202611262100';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    for (const [table, { dropped, added, counted }] of Object.entries(TABLES)) {
      await replaceIndexes(queries, table, { dropped, added });
      await count(queries, table, counted);
    }
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const [table, { dropped, added, before = [] }] of Object.entries(TABLES)) {
      await count(queries, table, before);
      await replaceIndexes(queries, table, { dropped: added, added: dropped });
    }
  }
}

type Indexes = Pick<Table, 'dropped' | 'added'>;

async function replaceIndexes(queries: QueryRunner, table: string, { dropped, added }: Indexes): Promise<void> {
  for (const columns of added) await queries.query(`create index on read.${table} (${columns})`);
  for (const columns of dropped) {
    // Found by its columns: Postgres has cut long names, and numbered equal ones.
    await queries.query(`
      do $$ begin
        execute (select 'drop index ' || indexrelid::regclass from pg_index
                 where indrelid = 'read.${table}'::regclass and pg_get_indexdef(indexrelid) like '%(${columns})');
      end $$`);
  }
}

async function count(queries: QueryRunner, table: string, counted: readonly string[]): Promise<void> {
  for (const event of ['insert', 'update', 'delete', 'truncate']) {
    await queries.query(`drop trigger if exists count_${event} on read.${table}`);
  }
  if (counted.length > 0) await countRows(queries, `read.${table}`, counted);
  else await queries.query(`delete from read.row_counts where relation = 'read.${table}'`);
}
