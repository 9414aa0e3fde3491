import { useDatabase } from '@syntropic/testing';
import { z } from 'zod';
import { pageStatement, type PageAt, type PageQuery } from './page';
import { projection, type RowOf } from './projection';
import { ddlOf } from './table';
import { account } from './testing/accounts';

const database = useDatabase();

const letters = projection(account)({
  name: 'letter',
  version: 1,
  row: z.object({
    letter: z.string(),
    status: z.string(),
    town: z.string(),
    text: z.string(),
    sent_at: z.iso.datetime(),
  }),
  key: 'letter',
  indexes: [
    ['sent_at', 'letter'],
    ['status', 'sent_at', 'letter'],
    ['status', 'town', 'sent_at', 'letter'],
  ],
  counted: [[], ['status']],
  keys: () => [],
  on: {},
});

type Query = PageQuery<RowOf<typeof letters>>;
type Row = Readonly<{ letter: string; status: string; town: string; sent: number }>;

const LETTERS = 3_000;
const STATUSES = ['sent', 'lost', 'read'];
const TOWNS = ['Ulm', 'Bonn'];
const DAY = Date.UTC(2026, 0, 1);

/** Letters of equal times, so that the key decides between them. */
const all: readonly Row[] = Array.from({ length: LETTERS }, (_, n) => ({
  letter: `l${(n * 7_919) % LETTERS}`,
  status: STATUSES[n % 3] ?? '',
  town: TOWNS[n % 2] ?? '',
  sent: DAY + 1_000 * Math.floor(n / 4),
}));

beforeAll(async () => {
  await database.pool.query(ddlOf(letters));
  await database.pool.query(insert, [JSON.stringify(all)]);
  await database.pool.query('vacuum (analyze) read.letter_v1');
});

async function page(query: Query) {
  const { rows } = await database.pool.query<PageAt<RowOf<typeof letters>>>(pageStatement(letters, query));
  const { rows: listed = [], total, next } = rows[0] ?? {};
  return { letters: listed.map(({ letter }) => letter), total, next };
}

/** Calls `between` before each page but the first. */
async function pagesOf(query: Query, between?: (page: number) => Promise<unknown>) {
  const found: string[] = [];
  let { letters, next } = await page(query);
  for (let count = 1; next; count++) {
    found.push(...letters);
    await between?.(count);
    ({ letters, next } = await page({ ...query, after: next }));
  }
  return [...found, ...letters];
}

const insert = `
  insert into read.letter_v1 (letter, status, town, text, sent_at, position)
  select letter, status, town, repeat('word ', 200), to_timestamp(sent / 1000.0), 1
  from jsonb_to_recordset($1) r (letter text, status text, town text, sent bigint)`;

/** The page as it is by its definition. */
function expected(matches: (row: Row) => boolean, direction: number, offset: number) {
  const found = all
    .filter(matches)
    .toSorted((a, b) => direction * (a.sent - b.sent || (a.letter < b.letter ? -1 : 1)))
    .map(({ letter }) => letter);
  return { letters: found.slice(offset, offset + 20), total: found.length };
}

const FILTERS: readonly (readonly [NonNullable<Query['where']>, (row: Row) => boolean])[] = [
  [{}, () => true],
  [{ status: 'lost' }, ({ status }) => status === 'lost'],
  [{ status: { in: ['lost', 'sent', 'lost'] } }, ({ status }) => status !== 'read'],
  [{ status: { in: ['lost', 'sent'] }, town: 'Ulm' }, ({ status, town }) => status !== 'read' && town === 'Ulm'],
  [{ status: { in: ['read', 'sent'] }, town: { in: TOWNS } }, ({ status }) => status !== 'lost'],
  [{ status: { in: [] } }, () => false],
  [
    { status: { in: ['lost', 'read'] }, sent_at: { '>=': new Date(DAY + 300_000).toISOString() } },
    ({ status, sent }) => status !== 'sent' && sent >= DAY + 300_000,
  ],
];
const OFFSETS = [0, 980, 1_001, 1_490, 1_985, 2_990, 3_500];

describe('a page', () => {
  it.each(FILTERS)('of %j has the rows of its place, in both directions', async (where, matches) => {
    for (const offset of OFFSETS) {
      for (const direction of ['asc', 'desc'] as const) {
        const { next: _, ...found } = await page({ where, orderBy: [['sent_at', direction]], limit: 20, offset });
        expect({ offset, ...found }).toEqual({ offset, ...expected(matches, direction === 'asc' ? 1 : -1, offset) });
      }
    }
  });

  it('is ordered by the key alone too', async () => {
    const query = { where: { status: { in: ['lost', 'sent'] } }, orderBy: [['letter', 'desc']], limit: 3 } as const;
    const keys = all.filter(({ status }) => status !== 'read').map(({ letter }) => letter);
    expect((await page(query)).letters).toEqual(keys.sort().reverse().slice(0, 3));
  });

  it.each(FILTERS.slice(0, 4))('of %j reads no rows but its own, however far it is', async (where) => {
    const { text, values } = pageStatement(letters, {
      where,
      orderBy: [['sent_at', 'desc']],
      limit: 20,
      offset: 1_200,
    });
    const { rows } = await database.pool.query<Record<'QUERY PLAN', string>>(`explain ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');

    expect(plan).not.toMatch(/Seq Scan on letter_v1/);
    expect(plan).toMatch(/Index Only Scan/);
  });
});

describe('pages behind one another', () => {
  it.each(FILTERS)('of %j have each row once, in both directions', async (where, matches) => {
    for (const direction of ['asc', 'desc'] as const) {
      const rows = all.filter(matches).toSorted(direction === 'asc' ? bySent : (a, b) => bySent(b, a));
      expect(await pagesOf({ where, orderBy: [['sent_at', direction]], limit: 700 })).toEqual(
        rows.map(({ letter }) => letter),
      );
    }
  });

  it('go on behind the offset of the first one', async () => {
    const query = { orderBy: [['sent_at', 'desc']], limit: 900 } as const;
    expect(await pagesOf({ ...query, offset: 1_100 })).toEqual((await pagesOf(query)).slice(1_100));
  });

  it.each([
    [[['sent_at', 'desc']]],
    [[['sent_at', 'asc']]],
    [
      [
        ['town', 'asc'],
        ['sent_at', 'desc'],
      ],
    ],
  ] as const)('by %j have all rows that stay, each once, while others come, change and go', async (orderBy) => {
    const query = { orderBy, limit: 211 };
    const before = await pagesOf(query);
    const found = await pagesOf(query, async (count) => {
      const come = [0.1, 0.5, 0.9].map((share) => ({
        ...{ letter: `new${count}-${share}`, status: 'sent', town: 'Ulm' },
        sent: DAY + 250 * share * LETTERS,
      }));
      await database.pool.query(insert, [JSON.stringify(come)]);
      await database.pool.query(`update read.letter_v1 set status = 'read', text = $1 where letter like $2`, [
        `${count}`,
        `%${count}`,
      ]);
      await database.pool.query('delete from read.letter_v1 where letter = $1', [before[211 * count - 1]]);
    });

    const { rows } = await database.pool.query<{ letter: string }>('select letter from read.letter_v1');
    const stayed = new Set(rows.map(({ letter }) => letter));
    const isOld = (letter: string) => !letter.startsWith('new') && stayed.has(letter);
    expect(found.filter(isOld)).toEqual(before.filter(isOld));
    expect(new Set(found).size).toBe(found.length);

    await database.pool.query('truncate read.letter_v1');
    await database.pool.query(insert, [JSON.stringify(all)]);
    await database.pool.query('vacuum (analyze) read.letter_v1');
  });

  it.each(FILTERS.slice(0, 4))('of %j read as many rows at any depth', async (where) => {
    const query = { where, orderBy: [['sent_at', 'desc']], limit: 20 } as const;
    const { next: first } = await page(query);
    const { next: far } = await page({ ...query, offset: 950 });

    const read = await Promise.all([first, far].map((after) => rowsRead({ ...query, after: after ?? undefined })));
    expect(read[0]).toBeGreaterThan(0);
    expect(read[1]).toBe(read[0]);
  });
});

const bySent = (a: Row, b: Row) => a.sent - b.sent || (a.letter < b.letter ? -1 : 1);

type Plan = Readonly<{ 'Index Name'?: string; 'Actual Rows': number; 'Actual Loops': number; Plans?: readonly Plan[] }>;

/** The rows that the statement of a page takes from indexes of the table. */
async function rowsRead(query: Query): Promise<number> {
  const { text, values } = pageStatement(letters, query);
  const explained = `explain (analyze, format json) ${text}`;
  const { rows } = await database.pool.query<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>(explained, values);
  const taken = (plan: Plan): number =>
    (plan['Index Name']?.startsWith('letter_v1') ? plan['Actual Rows'] * plan['Actual Loops'] : 0) +
    (plan.Plans ?? []).map(taken).reduce((sum, more) => sum + more, 0);
  return rows[0]?.['QUERY PLAN'].map(({ Plan: plan }) => taken(plan)).reduce((sum, more) => sum + more, 0) ?? 0;
}
