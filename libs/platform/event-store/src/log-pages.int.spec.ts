import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { EventAppender } from './event-appender';
import { PAGE_BYTES } from './event-log';
import { PostgresEventLog } from './postgres-event-log';

const MEGABYTE = 1_000_000;

const database = useDatabase();
let pool: Pool;
beforeAll(() => {
  pool = createPool(database.urlAs('syn_command_service'));
});
afterAll(() => pool.end());

/** Appends one event for each text, to a new stream. */
async function append(...texts: readonly string[]): Promise<string> {
  const stream = `counter-${randomUUID()}`;
  const id = randomUUID();
  const actor = { kind: 'service', id: 'spec' } as const;
  const context = { commandId: id, correlationId: id, causationId: id, bodyHash: id, actor };
  const events = texts.map((text) => ({ type: 'Counted', data: { text } }));
  await new EventAppender(pool).append({ stream, expected: 0, events, context });
  return stream;
}

const sizes = (events: readonly object[]) => events.map((event) => JSON.stringify(event).length);
const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0);

describe.each([
  ['that Postgres compresses', () => 'word '.repeat(MEGABYTE / 5)],
  ['that cannot be compressed', () => randomBytes((MEGABYTE * 3) / 4).toString('base64')],
])('pages of events with large data %s', (_, text) => {
  it('end before their bytes exceed the limit, and say where the log ends', async () => {
    const log = new PostgresEventLog(pool);
    const { position: before } = await log.head();
    await append(...Array.from({ length: 10 }, text));

    const pages = [await log.read(before)];
    for (let last = pages.at(-1); last && last.events.length > 0; last = pages.at(-1)) {
      pages.push(await log.read(last.events.at(-1)?.position ?? before));
    }

    expect(pages.map(({ events }) => events.length)).toEqual([4, 4, 2, 0]);
    expect(Math.max(...pages.map(({ events }) => sum(sizes(events))))).toBeLessThan(PAGE_BYTES + MEGABYTE / 100);
    expect(pages.map(({ head }) => head)).toEqual(pages.map(() => pages[0]?.head));
  });

  it('end there in a stream too', async () => {
    const stream = await append(...Array.from({ length: 6 }, text));
    const log = new PostgresEventLog(pool);

    await expect(log.readStream(stream, 0)).resolves.toHaveLength(4);
    await expect(log.readStream(stream, 4)).resolves.toHaveLength(2);
  });
});

describe('an event that is larger than a page', () => {
  it('is a page', async () => {
    const log = new PostgresEventLog(pool);
    const stream = await append('small', 'large', 'small');
    await database.pool.query('alter table log.events disable trigger all');
    await database.pool.query(
      `update log.events set data = to_jsonb(repeat('word ', 1000000)) where stream_id = $1 and version = 2`,
      [stream],
    );
    await database.pool.query('alter table log.events enable trigger all');

    await expect(log.readStream(stream, 0)).resolves.toHaveLength(1);
    await expect(log.readStream(stream, 1)).resolves.toHaveLength(1);
    await expect(log.readStream(stream, 2)).resolves.toHaveLength(1);
  });
});

describe('a page', () => {
  it('names the event that it begins behind', async () => {
    const log = new PostgresEventLog(pool);
    await append('one', 'two');
    const { position } = await log.head();
    const [event] = (await log.read(position - 1)).events;

    await expect(log.read(position)).resolves.toMatchObject({ events: [], behind: event?.id });
    await expect(log.read(position + 1)).resolves.toMatchObject({ events: [], behind: undefined });
  });
});
