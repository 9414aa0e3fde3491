import type { Recorded } from '@syntropic/kernel';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { RowLoader } from './row-loader';
import { makeTables, tagUse } from './testing/accounts';

const database = useDatabase();
const TAGS = Array.from({ length: 40 }, (_, index) => `tag-${index}`);

beforeAll(async () => {
  await makeTables(database.pool, [tagUse]);
  await database.pool.query(
    `insert into ${tagUse.table} (tag, uses, last_account, position) select t, 1, repeat('x', 500000), 1 from unnest($1::text[]) t`,
    [TAGS],
  );
});

const paidWith = (...tags: readonly string[]): Recorded => ({
  position: 2,
  stream: 'account-a',
  version: 1,
  id: randomUUID(),
  type: 'AmountPaid',
  data: { account: 'a', tags, usd: '1' },
  metadata: {
    commandId: '',
    correlationId: '',
    causationId: '',
    bodyHash: '',
    actor: { kind: 'user', id: 'ada' },
    schemaVersion: 1,
  },
  recordedAt: '2026-01-02T03:04:05.006Z',
});

const loader = () => new RowLoader(database.pool, tagUse);

describe('the rows of a batch', () => {
  it('are loaded for as many events as fit into 4 MiB', async () => {
    const events = TAGS.slice(0, 20).map((tag, index) => paidWith(tag, TAGS[index + 20] ?? ''));

    const batch = await loader().load(events);

    expect(batch.events).toEqual(events.slice(0, batch.events.length));
    expect(batch.events.length).toBeGreaterThan(2);
    expect(batch.events.length).toBeLessThan(6);
    for (const { data } of batch.events) {
      const { tags } = data as { tags: string[] };
      for (const tag of tags) expect(batch.rows.get(tag)).toMatchObject({ row: { uses: 1 } });
    }
  });

  it('are loaded for one event however large they are', async () => {
    const [last = '', ...others] = TAGS;
    const event = paidWith(...others);

    const batch = await loader().load([event, paidWith(last)]);

    expect(batch.events).toEqual([event]);
    expect(batch.rows.size).toBeGreaterThanOrEqual(others.length);
  });

  it('are all loaded while they are small, and missing ones are known to be missing', async () => {
    const events = Array.from({ length: 1_000 }, (_, index) => paidWith(`new-${index}`));

    await expect(loader().load(events)).resolves.toEqual({ events, rows: new Map() });
  });
});
