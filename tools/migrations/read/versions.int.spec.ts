import { useDatabase } from '@syntropic/testing';
import type { QueryRunner } from 'typeorm';
import { loadHistory } from '../history';
import { migrate } from '../migrate';
import type { Migration } from '../migration';
import { countRows } from './row-counts';
import { dropVersion, replaceVersion } from './versions';

const database = useDatabase();

class TwoVersions implements Migration {
  readonly name = 'two-versions-9999123123580';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    for (const version of [1, 2]) {
      await queries.query(`
        create table read.invoice_v${version} (invoice_id text primary key);
        insert into read.checkpoints (projection, version, store_epoch)
        select 'invoice', ${version}, store_epoch from log.log_head;
      `);
    }
  }

  readonly down = () => Promise.resolve();
}

class NewestVersion implements Migration {
  readonly name = 'newest-version-9999123123590';
  readonly kind = 'contracting';
  readonly up = (queries: QueryRunner) => dropVersion(queries, 'invoice', 1);
  readonly down = () => Promise.resolve();
}

it('a version of a read model is dropped with its checkpoint, and every other one stays', async () => {
  const others = await checkpoints();
  await migrate(database.url, [...(await loadHistory()), TwoVersions, NewestVersion]);

  expect(await checkpoints()).toEqual([...others, 'invoice_v2'].sort());
  const { rows } = await database.pool.query(
    `select to_regclass('read.invoice_v1') as dropped, to_regclass('read.invoice_v2')::text as kept`,
  );
  expect(rows).toEqual([{ dropped: null, kept: 'read.invoice_v2' }]);
});

class Counted implements Migration {
  readonly name = 'counted-9999123123591';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      create table read.receipt_v1 (receipt_id text primary key, status text not null);
      insert into read.checkpoints (projection, version, store_epoch)
      select 'receipt', 1, store_epoch from log.log_head;
    `);
    await countRows(queries, 'read.receipt_v1', ['', 'status']);
    await queries.query(`insert into read.receipt_v1 values ('r1', 'paid'), ('r2', 'paid')`);
  }

  readonly down = () => Promise.resolve();
}

class Replaced implements Migration {
  readonly name = 'replaced-9999123123592';
  readonly kind = 'contracting';
  readonly up = (queries: QueryRunner) => replaceVersion(queries, 'receipt', 2);
  readonly down = () => Promise.resolve();
}

it('a version in the place of the one before counts its rows too, and nothing of the one before', async () => {
  await migrate(database.url, [...(await loadHistory()), TwoVersions, NewestVersion, Counted, Replaced]);
  await database.pool.query(`insert into read.receipt_v2 values ('r1', 'paid'), ('r2', 'open'), ('r3', 'paid')`);

  const { rows } = await database.pool.query(
    `select relation, value, rows from read.row_counts where relation like 'read.receipt%' order by value`,
  );
  expect(rows).toEqual([
    { relation: 'read.receipt_v2', value: [], rows: 3 },
    { relation: 'read.receipt_v2', value: ['open'], rows: 1 },
    { relation: 'read.receipt_v2', value: ['paid'], rows: 2 },
  ]);
});

async function checkpoints(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ table: string }>(
    `select format('%s_v%s', projection, version) as table from read.checkpoints`,
  );
  return rows.map(({ table }) => table).sort();
}
