import { useDatabase } from '@syntropic/testing';
import { z } from 'zod';
import { account } from './testing/accounts';
import { pageStatement, type PageQuery } from './page';
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

describe('the totals of a time', () => {
  const sent = projection(account)({
    name: 'sent_parcel',
    version: 1,
    row: z.object({ parcel: z.string(), status: z.string(), sent_at: z.iso.datetime() }),
    key: 'parcel',
    indexes: [['sent_at', 'parcel']],
    countedByTime: { column: 'sent_at', by: [[], ['status']] },
    keys: () => [],
    on: {},
  });
  const table = 'read.sent_parcel_v1';
  const [hour, start] = [3_600_000, Date.UTC(2026, 10, 20, 7, 13, 5, 123)];
  const at = (hours: number) => new Date(start + hours * hour).toISOString();

  beforeAll(async () => {
    await database.pool.query(ddlOf(sent));
    await database.pool.query(
      `insert into ${table} select n::text, (array['sent', 'lost', 'kept'])[1 + n % 3], timestamptz '2026-11-20T00:00Z' + interval '17 minutes' * n, n
       from generate_series(1, 700) n`,
    );
    await database.pool.query(`update ${table} set sent_at = date_trunc('hour', sent_at) where position % 7 = 0`);
    await database.pool.query(`update ${table} set status = 'lost' where position % 5 = 0`);
    await database.pool.query(`delete from ${table} where position % 11 = 0`);
  });

  const BOUNDS = [
    undefined,
    at(-10),
    at(0),
    at(0.1),
    at(1),
    at(15.5),
    at(17),
    at(41),
    at(64.8),
    at(900),
    '2026-11-22T00:00:00.000Z',
  ];
  const RANGES = BOUNDS.flatMap((from) => BOUNDS.map((to) => [from, to] as const));

  it.each([undefined, 'lost', { in: ['lost', 'sent', 'none'] }])(
    'beside the status %j are true for any range',
    async (status) => {
      const reads = new ReadModels({ pool: database.pool });
      const statuses = typeof status === 'string' ? [status] : status?.in;
      for (const [from, to] of RANGES) {
        const where = { status, sent_at: { '>=': from, '<=': to } };
        const { total } = await reads.page(sent, { where, limit: 1 });
        const { rows } = await database.pool.query<{ n: number }>(
          `select count(*) as n from ${table} where sent_at between coalesce($1, '-infinity'::timestamptz) and coalesce($2, 'infinity'::timestamptz)
         and ($3::text[] is null or status = any ($3))`,
          [from ?? null, to ?? null, statuses ?? null],
        );
        expect({ from, to, total }).toEqual({ from, to, total: rows[0]?.n });
      }
      reads.close();
    },
  );

  it('come from the kept counts, save those of the first and the last hour', async () => {
    await database.pool.query(`update read.row_counts set rows = rows + 1000 where relation = '${table}'`);
    const { text, values } = pageStatement(sent, { where: { sent_at: { '>=': at(0), '<=': at(41) } }, limit: 1 });
    const { rows } = await database.pool.query<{ total: number }>(text, values);
    const { rows: counted } = await database.pool.query<{ n: number }>(
      `select count(*) as n from ${table} where sent_at between $1 and $2`,
      [at(0), at(41)],
    );
    // 16 hours until midnight, a day, and none of the third.
    expect(Number(rows[0]?.total) - Number(counted[0]?.n)).toBe(17_000);
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
