import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase, useNats } from '@syntropic/testing';
import { headers, type Msg, type NatsConnection } from 'nats';
import type { Pool } from 'pg';
import { connectNats, drainAndClose } from './connection';
import { DeadLetters } from './dead-letters';
import { ensureStreams } from './streams';

const database = useDatabase();
const nats = useNats();

let pool: Pool;
let connection: NatsConnection;
let letters: DeadLetters;
let received: Msg[];

beforeAll(async () => {
  pool = createPool(database.urlAs('syn_collector'));
  connection = await connectNats({ url: nats.url, name: 'spec' });
  await ensureStreams(connection, { replicas: 1 });
  letters = new DeadLetters(pool, connection, 'observability-collector');
  connection.subscribe('>', { callback: (_, message) => received.push(message) });
});
afterAll(async () => {
  await drainAndClose(connection);
  await pool.end();
});
beforeEach(() => {
  received = [];
});

function message(text: string) {
  const written = headers();
  written.append('Syn-Batch', '7');
  return { subject: 'telemetry.exec-0123456789ab.s', headers: written, data: Buffer.from(text) };
}

const receivedOn = (subject: string) => eventually(() => received.find((each) => each.subject === subject) ?? false);

describe('a dead letter', () => {
  it('is stored completely, announced, and replayed from its row', async () => {
    const bytes = Buffer.from([0, 255, 10, 13]);
    const id = await letters.bury({ ...message(''), data: bytes }, 'not a batch');
    await receivedOn('dead.telemetry.exec-0123456789ab.s');

    await letters.replay({ id });

    const replayed = await receivedOn('telemetry.exec-0123456789ab.s');
    expect(Buffer.from(replayed.data)).toEqual(bytes);
    expect(replayed.headers?.get('Syn-Batch')).toBe('7');
    const { rows } = await pool.query(
      'select reason, buried_by, replayed_at is not null as replayed from ops.dead_letters',
    );
    expect(rows).toEqual([{ reason: 'not a batch', buried_by: 'observability-collector', replayed: true }]);
  });

  it('is listed newest first, with the start of its body', async () => {
    const first = await letters.bury(message('the first'), 'x');
    const second = await letters.bury(message('y'.repeat(600)), 'too long');

    const { letters: listed, total } = await letters.list({ limit: 2, offset: 0 });
    expect(listed.map(({ id, sizeBytes, reason }) => ({ id, sizeBytes, reason }))).toEqual([
      { id: second, sizeBytes: 600, reason: 'too long' },
      { id: first, sizeBytes: 9, reason: 'x' },
    ]);
    expect(listed.map(({ preview }) => preview)).toEqual(['y'.repeat(500), 'the first']);
    expect((await letters.list({ limit: 2, offset: total })).letters).toEqual([]);
  });

  it('for a subject without a stream is not replayed', async () => {
    const id = await letters.bury({ ...message('lost'), subject: 'nowhere.at.all' }, 'x');

    await expect(letters.replay({ id })).rejects.toThrow();
    const { rows } = await pool.query('select replayed_at from ops.dead_letters where id = $1', [id]);
    expect(rows).toEqual([{ replayed_at: null }]);
  });

  it('is deleted a month after it was replayed, and never before', async () => {
    const [old, young, waiting] = [
      await letters.bury(message('old'), 'forgetting'),
      await letters.bury(message('young'), 'forgetting'),
      await letters.bury(message('waiting'), 'forgetting'),
    ];
    await database.pool.query(
      `update ops.dead_letters set buried_at = now() - interval '1 year',
              replayed_at = case id when $1 then now() - interval '31 days' when $2 then now() - interval '29 days' end
        where reason = 'forgetting'`,
      [old, young],
    );
    const service = createPool(database.urlAs('syn_command_service'));

    await new DeadLetters(service, connection, 'command-service').forget();
    await service.end();

    const { rows } = await pool.query<{ id: string }>(`select id from ops.dead_letters where reason = 'forgetting'`);
    expect(rows.map(({ id }) => id).sort()).toEqual([young, waiting].sort());
  });

  it('that is stored twice is one', async () => {
    const [first, second] = [await letters.bury(message('a'), 'x'), await letters.bury(message('a'), 'x')];

    expect(second).toBe(first);
    expect(await letters.bury(message('b'), 'x')).not.toBe(first);
  });

  it('that does not exist is not replayed', async () => {
    const unknown = { id: '00000000-0000-4000-8000-000000000000' };
    await expect(letters.replay(unknown)).rejects.toMatchObject({ code: 'dead_letter.not_found' });
  });
});
