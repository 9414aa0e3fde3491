import { eventually } from '@syntropic/testing';
import { API } from '../src/app.module';
import { endpointsOf } from '../src/http/serve';
import type { Json } from './call';
import { useGateway } from './gateway.fixture';
import { bearer, useKeys } from './keys.fixture';
import { storeListedRows } from './listed-rows.fixture';

const gateway = useGateway();
const keys = useKeys(gateway);
let ids: Awaited<ReturnType<typeof storeListedRows>>;
let headers: ReturnType<typeof bearer>;
beforeAll(async () => {
  ids = await storeListedRows(gateway);
  for (let n = 0; n < 6; n++) headers = bearer((await keys.make('admin')).key);
  await eventually(async () => {
    expect(await gateway.call('GET', '/api/keys', { headers })).toMatchObject({ status: 200 });
  });
});

/** Lists that have pages by offset or number too: the audit has pages by cursor alone. */
const LISTS = endpointsOf(API).filter(({ query }) => query && 'cursor' in query.shape && !('aggregate' in query.shape));

const addressOf = (path: string): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'workflow_id' ? 'a-workflow' : ids[camelCase(name) as keyof typeof ids],
  );
const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The first page of a list by this query, and its `X-Next`. */
async function page(path: string, query: Readonly<Record<string, string | number>>) {
  const search = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const answer = await gateway.call('GET', `/api${path}?${search.join('&')}`, { headers });
  const { status, body } = answer;
  expect({ path, status, body }).toMatchObject({ status: 200 });
  return { items: itemsOf(body), next: answer.headers.get('x-next'), total: answer.headers.get('x-total-count') };
}

const itemsOf = (body: Json): readonly Json[] =>
  Array.isArray(body)
    ? (body as readonly Json[])
    : (Object.values(body).find((value): value is readonly Json[] => Array.isArray(value)) ?? []);

async function pagesOf(path: string, query: Readonly<Record<string, string | number>>): Promise<readonly Json[]> {
  const items: Json[] = [];
  let next: string | null | undefined;
  do {
    const found = await page(path, { ...query, ...(next && { cursor: next }) });
    items.push(...found.items);
    next = found.next;
  } while (next !== null);
  return items;
}

/** Ids and fields that no clock changes. */
const fixed = (item: Json) =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !/duration|lifetime|elapsed/.test(name)));

describe('the pages of a list by cursor', () => {
  it.each(LISTS.map(({ path, query }) => [path, query && 'page_size' in query.shape ? 'page_size' : 'limit'] as const))(
    'of %s have the items that one page has',
    async (path, size) => {
      const address = addressOf(path);
      const { items, next } = await page(address, { [size]: 100 });

      expect(items.length).toBeGreaterThan(4);
      expect(next).toBeNull();
      expect((await pagesOf(address, { [size]: 2 })).map(fixed)).toEqual(items.map(fixed));
    },
  );

  it.each([
    ['/workflows', { order_by: 'name', page_size: 1 }],
    ['/workflows', { order_by: '-runs_count', page_size: 2 }],
    ['/repos', { order_by: 'full_name', limit: 3 }],
    ['/sessions', { statuses: 'running,failed', started_after: '2020-01-01T00:00:00Z', limit: 2 }],
    ['/artifacts', { artifact_type: 'text', limit: 1 }],
  ] as const)('of %s by %j are those of its filter and order', async (path, query) => {
    const { items } = await page(path, { ...query, limit: 100, page_size: 100 });
    expect(items.length).toBeGreaterThan(4);
    expect((await pagesOf(path, query)).map(fixed)).toEqual(items.map(fixed));
  });

  it('go on from a page of any size, and have the total of all', async () => {
    const first = await page('/artifacts', { limit: 3 });
    const second = await page('/artifacts', { limit: 2, cursor: first.next ?? '' });

    expect(second.items).toEqual((await page('/artifacts', { limit: 2, offset: 3 })).items);
    expect([first.total, second.total]).toEqual(['7', '7']);
  });

  it('stay where they are when an item before them comes', async () => {
    const { next } = await page('/workflows', { page_size: 2 });
    const before = await page('/workflows', { page_size: 2, cursor: next ?? '' });
    const { rows } = await gateway.database.pool.query<{ workflow_id: string }>(
      `insert into read.workflow_v1 select new.* from read.workflow_v1 t, jsonb_populate_record(t,
         jsonb_build_object('workflow_id', 'newest', 'created_at', now() + interval '1 day')) new limit 1 returning workflow_id`,
    );
    expect(rows).toHaveLength(1);
    expect((await page('/workflows', { page_size: 2, cursor: next ?? '' })).items).toEqual(before.items);
    await gateway.database.pool.query(`delete from read.workflow_v1 where workflow_id = 'newest'`);
  });
});

describe('a cursor', () => {
  const refusal = async (path: string, query: string) => {
    const { status, body } = await gateway.call('GET', `/api${path}?${query}`, { headers });
    return { status, code: body['code'], field: body['field'] };
  };
  const refused = { status: 400, code: 'cursor.malformed', field: 'cursor' };
  const forged = (cursor: string, values: unknown) => {
    const [identity] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string];
    return Buffer.from(JSON.stringify([identity, values])).toString('base64url');
  };

  it('is refused by another list, and by the same with another filter or order', async () => {
    const { next } = await page('/repos', { limit: 1 });
    for (const [path, query] of [
      ['/systems', ''],
      ['/repos', 'provider=github&'],
      ['/repos', 'order_by=full_name&'],
      [`/workflows/a-workflow/runs`, ''],
    ] as const) {
      expect(await refusal(path, `${query}cursor=${next}`)).toEqual(refused);
    }
    const ofOne = await page('/workflows/a-workflow/runs', { limit: 1 });
    expect(await refusal('/workflows/a-workflow-1/runs', `cursor=${ofOne.next}`)).toEqual(refused);
  });

  it('is refused together with another place', async () => {
    const { next } = await page('/repos', { limit: 1 });
    const { next: numbered } = await page('/workflows', { page_size: 1 });
    const invalid = { status: 422, code: 'request.invalid', field: 'cursor' };
    expect(await refusal('/repos', `offset=1&cursor=${next}`)).toEqual(invalid);
    expect(await refusal('/workflows', `page=2&page_size=1&cursor=${numbered}`)).toEqual(invalid);
  });

  it.each([
    ['no values', []],
    ['too many', ['2026-11-27T00:00:00.000000Z', 'repo-1', 'x']],
    ['null', [null, null]],
    ['numbers', [1, 2]],
    ['a time that is none', ['2026-02-30T00:00:00.000000Z', 'repo-1']],
    ['a NUL', ['2026-11-27T00:00:00.000000Z', 'a\0']],
    ['an object', {}],
  ])('with %s is refused', async (_, values) => {
    const { next } = await page('/repos', { limit: 1 });
    expect(await refusal('/repos', `cursor=${forged(next ?? '', values)}`)).toEqual(refused);
  });

  it.each(['x', '%F0%9F%92%A9', '!!!!', 'bnVsbA', 'W10', 'e30', 'Wzw'])('that is %s is refused', async (text) => {
    expect(await refusal('/repos', `cursor=${text}`)).toEqual(refused);
    expect(await refusal('/keys', `cursor=${text}`)).toEqual(refused);
  });

  it('is refused when it is longer than any', async () => {
    expect(await refusal('/repos', `cursor=${'A'.repeat(6_001)}`)).toMatchObject({ status: 422, field: 'cursor' });
  });

  it('carries the longest names of the API', async () => {
    const name = '\u0001'.repeat(255);
    await gateway.database.pool.query(
      `insert into read.workflow_v1 select new.* from read.workflow_v1 t, generate_series(1, 2) n,
         jsonb_populate_record(t, jsonb_build_object('workflow_id', $1::text || n, 'name', $2::text)) new limit 2`,
      ['\u0001'.repeat(99), name],
    );
    const { next } = await page('/workflows', { page_size: 1, order_by: 'name' });
    const { items } = await page('/workflows', { page_size: 1, order_by: 'name', cursor: next ?? '' });
    expect(items).toMatchObject([{ name }]);
    await gateway.database.pool.query('delete from read.workflow_v1 where name = $1', [name]);
  });
});
