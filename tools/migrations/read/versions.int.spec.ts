import { useDatabase } from '@syntropic/testing';
import type { QueryRunner } from 'typeorm';
import { loadHistory } from '../history';
import { migrate } from '../migrate';
import type { Migration } from '../migration';
import { dropVersion } from './versions';

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

async function checkpoints(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ table: string }>(
    `select format('%s_v%s', projection, version) as table from read.checkpoints`,
  );
  return rows.map(({ table }) => table).sort();
}
