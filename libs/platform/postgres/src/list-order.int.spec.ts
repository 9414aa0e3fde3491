import { useDatabase } from '@syntropic/testing';
import { cutPage, ListOrder, type Ordered, type OrderValues } from './list-order';

const database = useDatabase();

const ROWS = 300;

beforeAll(async () => {
  await database.pool.query(`
    create table public.parcel (id text collate "C" primary key, town text collate "C", weight bigint, price numeric, width float8,
      is_sent boolean not null, sent_at timestamptz, code uuid not null);
    insert into public.parcel
    select 'p' || lpad(n::text, 4, '0'), (array['Ulm', 'Bonn', 'Ö "\\'])[1 + n % 3], case when n % 5 > 0 then n % 7 end, (n % 11) / 7.0, (n % 13) / 3.0,
      n % 2 = 0, case when n % 4 > 0 then timestamptz '2026-11-27T00:00:00.123456Z' + interval '1 microsecond' * (n % 17) end,
      md5(n::text)::uuid
    from generate_series(1, ${ROWS}) n`);
});

const id = { sql: 'id', type: 'text', direction: 'asc' } as const;
const sentAt = { sql: 'sent_at', type: 'timestamp with time zone', isNullable: true } as const;

const ORDERS: readonly (readonly [string, ListOrder])[] = [
  ['one direction', new ListOrder([{ sql: 'is_sent', type: 'boolean', direction: 'asc' }, id])],
  [
    'the other direction',
    new ListOrder([
      { sql: 'town', type: 'text', direction: 'desc' },
      { ...id, direction: 'desc' },
    ]),
  ],
  [
    'mixed directions',
    new ListOrder([
      { sql: 'width', type: 'double precision', direction: 'desc' },
      { sql: 'price', type: 'numeric', direction: 'asc' },
      id,
    ]),
  ],
  ['nulls, ascending', new ListOrder([{ ...sentAt, direction: 'asc' }, id])],
  [
    'nulls, descending',
    new ListOrder([
      { ...sentAt, direction: 'desc' },
      { ...id, direction: 'desc' },
    ]),
  ],
  [
    'nulls within equal rows',
    new ListOrder([
      { sql: 'is_sent', type: 'boolean', direction: 'desc' },
      { sql: 'weight', type: 'bigint', direction: 'asc', isNullable: true },
      { sql: 'code', type: 'uuid', direction: 'desc' },
    ]),
  ],
];

/** The pages of a list, each behind the one before. */
async function pagesOf(order: ListOrder, limit: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: OrderValues | undefined;
  do {
    const values: unknown[] = [];
    const { condition, range } = order.pageOf({ limit, ...(after && { after }) }, (value) => `$${values.push(value)}`);
    const { rows: found } = await database.pool.query<{ id: string } & Ordered>(
      `select id, ${order.values} as order_values from public.parcel where ${condition} ${range}`,
      values,
    );
    const { rows, next } = cutPage(found, limit);
    ids.push(...rows.map((row) => row.id));
    after = next ?? undefined;
  } while (after);
  return ids;
}

describe('the order of a list', () => {
  it.each(ORDERS)('with %s has each row once, in its place, whatever the size of its pages', async (_, order) => {
    const { rows } = await database.pool.query<{ id: string }>(
      `select id from public.parcel order by ${order.forwards}`,
    );
    for (const limit of [1, 7, ROWS, ROWS + 1]) {
      expect(await pagesOf(order, limit)).toEqual(rows.map((row) => row.id));
    }
  });

  it.each([
    ['text', 'a\0b'],
    ['boolean', 'perhaps'],
    ['bigint', '9'.repeat(19)],
    ['bigint', '1e3'],
    ['double precision', '1e999'],
    ['double precision', '1e-999'],
    ['numeric', 'NaN'],
    ['timestamp with time zone', '2026-02-30T00:00:00.000000Z'],
    ['timestamp with time zone', '0000-01-01T00:00:00.000000Z'],
    ['timestamp with time zone', 'now'],
    ['uuid', 'none'],
  ] as const)('refuses what no %s can be: %j', (type, value) => {
    const order = new ListOrder([{ sql: 'x', type, direction: 'asc' }]);
    expect(() => order.behind([value], String)).toThrow('its values are not those of a row');
  });

  it('refuses too few and too many values, and null where there is none', () => {
    for (const values of [[], ['a', 'b'], [null]]) {
      expect(() => new ListOrder([id]).behind(values, String)).toThrow('its values are not those of a row');
    }
  });
});
