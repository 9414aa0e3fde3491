import { ddlOf, tableFault, type Projection } from '@syntropic/projections';
import { useDatabase } from '@syntropic/testing';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { projectionsIn } from './projections';

const LIBS = join(__dirname, '../../libs');

const libraryOf = (context: string) => join(LIBS, context, 'read-model/src/index.ts');
const contexts = readdirSync(LIBS).filter((context) => existsSync(libraryOf(context)));

describe('after all migrations', () => {
  const database = useDatabase();

  it.each(contexts)('the tables of %s are what its projections define', async (context) => {
    const projections = await projectionsIn(libraryOf(context));

    expect(projections).not.toEqual([]);
    for (const projection of projections) {
      expect(await tableFault(database.pool, projection)).toBeUndefined();
      const { migrated, defined } = await bothTables(projection);
      expect(migrated).toEqual(defined);
    }
  });

  /** The table that the migrations made, and the one that the definition would make. */
  async function bothTables(projection: Projection): Promise<{ migrated: unknown; defined: unknown }> {
    const client = await database.pool.connect();
    try {
      await client.query('begin');
      const migrated = await described(client, projection);
      await client.query(`drop table ${projection.table}`);
      await client.query(`delete from read.checkpoints where projection = '${projection.name}'`);
      await client.query(ddlOf(projection));
      return { migrated, defined: await described(client, projection) };
    } finally {
      await client.query('rollback');
      client.release();
    }
  }
});

/** Everything but the order of columns and the names of indexes, which no statement depends on. */
async function described(client: ClientBase, { table, name, version }: Projection): Promise<unknown> {
  const { rows } = await client.query(
    `select
       array(
         select concat_ws(' ', attname, format_type(atttypid, atttypmod), collname, case when attnotnull then 'not null' end)
         from pg_attribute left join pg_collation c on c.oid = attcollation
         where attrelid = t.oid and attnum > 0 and not attisdropped order by attname
       ) as columns,
       array(
         select regexp_replace(pg_get_indexdef(indexrelid), 'INDEX \\S+ ON', 'INDEX ON') from pg_index
         where indrelid = t.oid order by 1
       ) as indexes,
       array(select pg_get_triggerdef(oid) from pg_trigger where tgrelid = t.oid and not tgisinternal order by 1) as triggers,
       array(select acl::text from unnest(relacl) acl order by 1) as rights,
       (select count(*)::int from read.checkpoints where projection = $2 and version = $3) as checkpoints
     from pg_class t where oid = $1::regclass`,
    [table, name, version],
  );
  return rows[0];
}
