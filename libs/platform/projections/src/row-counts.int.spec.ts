import { useDatabase } from '@syntropic/testing';
import { z } from 'zod';
import { account } from './testing/accounts';
import type { PageQuery } from './page';
import { projection, type RowOf } from './projection';
import { ReadModels } from './read-models';
import { ddlOf } from './table';

const database = useDatabase();

const parcels = projection(account)({
  name: 'parcel',
  version: 1,
  row: z.object({
    parcel: z.string(),
    status: z.string(),
    town: z.string(),
    weight: z.int(),
    sent_at: z.iso.datetime().nullable(),
  }),
  key: 'parcel',
  counted: [[], ['status'], ['town', 'status']],
  keys: () => [],
  on: {},
});

beforeAll(() => database.pool.query(ddlOf(parcels)));

type Where = NonNullable<PageQuery<RowOf<typeof parcels>>['where']>;

/** The totals of all filters, and how many rows there really are. */
async function totals() {
  const reads = new ReadModels({ pool: database.pool });
  const filters: readonly (readonly [Where, string])[] = [
    [{}, 'true'],
    [{ sent_at: { '>=': undefined } }, 'true'],
    [{ status: 'sent' }, `status = 'sent'`],
    [{ status: { in: ['sent', 'lost', 'sent'] } }, `status in ('sent', 'lost')`],
    [{ status: 'sent', town: { in: ['Ulm', 'Bonn'] } }, `status = 'sent' and town in ('Ulm', 'Bonn')`],
    [{ status: 'none' }, `status = 'none'`],
    [{ town: 'Ulm' }, `town = 'Ulm'`],
    [{ status: { '>=': 'sent' } }, `status >= 'sent'`],
  ];
  const told = await Promise.all(
    filters.map(async ([where]) => (await reads.page(parcels, { where, limit: 1 })).total),
  );
  const counted = await Promise.all(
    filters.map(async ([, condition]) => {
      const { rows } = await database.pool.query<{ n: number }>(
        `select count(*) as n from read.parcel_v1 where ${condition}`,
      );
      return rows[0]?.n;
    }),
  );
  reads.close();
  return { told, counted };
}

const insert = `insert into read.parcel_v1 (parcel, status, town, weight, position)
  select n::text, (array['sent', 'lost', 'sent'])[1 + n % 3], (array['Ulm', 'Bonn'])[1 + n % 2], n, n
  from generate_series($1::int, $2::int) n
  on conflict (parcel) do update set status = 'kept', weight = excluded.weight`;

describe('the totals of lists', () => {
  it.each([
    ['rows are inserted', insert, [1, 50]],
    ['others are inserted and some changed in one statement', insert, [40, 60]],
    ['rows change their values', `update read.parcel_v1 set status = 'lost', town = 'Ulm' where weight % 7 = $1`, [3]],
    ['rows change other columns', 'update read.parcel_v1 set weight = weight + $1', [1]],
    ['rows are deleted', 'delete from read.parcel_v1 where weight % 5 = $1', [2]],
    ['the table is emptied', 'truncate read.parcel_v1', []],
    ['rows come again', insert, [1, 5]],
  ])('are true after %s', async (_, statement, values) => {
    await database.pool.query(statement, values);

    const { told, counted } = await totals();
    expect(told).toEqual(counted);
  });

  it('come from the kept counts', async () => {
    await database.pool.query(`update read.row_counts set rows = rows + 1000 where relation = 'read.parcel_v1'`);

    const { told, counted } = await totals();
    expect(told.map((total, index) => total - Number(counted[index]))).toEqual([
      1_000, 1_000, 1_000, 2_000, 2_000, 0, 0, 0,
    ]);
  });
});

describe('a page', () => {
  it.each([
    [[['weight', 'desc']], 'weight desc, parcel desc'],
    [[['sent_at', 'asc']], 'sent_at asc nulls last, parcel asc'],
    [[['sent_at', 'desc']], 'sent_at desc nulls last, parcel desc'],
  ] as const)('is the same from either end of a list by %j', async (orderBy, order) => {
    await database.pool.query('truncate read.parcel_v1');
    await database.pool.query(
      `insert into read.parcel_v1 (parcel, status, town, weight, sent_at, position)
       select n::text, 'sent', 'Ulm', n % 700, case when n % 3 > 0 then now() + interval '1 s' * (n % 500) end, n
       from generate_series(1, 2530) n`,
    );
    const reads = new ReadModels({ pool: database.pool });
    const found: string[] = [];
    for (let offset = 0; offset < 2_600; offset += 100) {
      const { rows, total } = await reads.page(parcels, { where: { status: 'sent' }, orderBy, limit: 100, offset });
      found.push(...rows.map(({ parcel }) => parcel));
      expect(total).toBe(2_530);
    }
    const { rows } = await database.pool.query<{ parcel: string }>(
      `select parcel from read.parcel_v1 order by ${order}`,
    );
    expect(found).toEqual(rows.map(({ parcel }) => parcel));
    reads.close();
  });
});
