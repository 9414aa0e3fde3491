import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase, useNats } from '@syntropic/testing';
import { headers, type Msg, type NatsConnection } from 'nats';
import type { Pool } from 'pg';
import { connectNats } from './connection';
import { DeadLetters } from './dead-letters';

const database = useDatabase();
const nats = useNats();

let pool: Pool;
let connection: NatsConnection;
let letters: DeadLetters;
let heard: Msg[];

beforeAll(async () => {
  pool = createPool(database.urlAs('syn_collector'));
  connection = await connectNats({ url: nats.url, name: 'spec' });
  letters = new DeadLetters(pool, connection, 'observability-collector');
  connection.subscribe('>', { callback: (_, message) => heard.push(message) });
});
afterAll(async () => {
  await connection.close();
  await pool.end();
});
beforeEach(() => {
  heard = [];
});

function message(text: string) {
  const written = headers();
  written.append('Syn-Batch', '7');
  return { subject: 'telemetry.exec-0123456789ab.s', headers: written, data: Buffer.from(text) };
}

const heardOn = (subject: string) => eventually(() => heard.find((each) => each.subject === subject) ?? false);

describe('a dead letter', () => {
  it('is kept whole, told, and replayed out of its row', async () => {
    const bytes = Buffer.from([0, 255, 10, 13]);
    const id = await letters.bury({ ...message(''), data: bytes }, 'not a batch');
    await heardOn('dead.telemetry.exec-0123456789ab.s');

    await expect(letters.replay(id)).resolves.toBe(true);

    const replayed = await heardOn('telemetry.exec-0123456789ab.s');
    expect(Buffer.from(replayed.data)).toEqual(bytes);
    expect(replayed.headers?.get('Syn-Batch')).toBe('7');
    const { rows } = await pool.query(
      'select reason, buried_by, replayed_at is not null as replayed from ops.dead_letters',
    );
    expect(rows).toEqual([{ reason: 'not a batch', buried_by: 'observability-collector', replayed: true }]);
  });

  it('that is buried twice is one', async () => {
    const [first, second] = [await letters.bury(message('a'), 'x'), await letters.bury(message('a'), 'x')];

    expect(second).toBe(first);
    expect(await letters.bury(message('b'), 'x')).not.toBe(first);
  });

  it('that does not exist is not replayed', async () => {
    await expect(letters.replay('00000000-0000-4000-8000-000000000000')).resolves.toBe(false);
  });
});
