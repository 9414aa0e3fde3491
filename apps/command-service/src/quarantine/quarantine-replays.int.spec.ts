import { DomainError } from '@syntropic/kernel';
import { connectNats, drainAndClose, ensureStreams } from '@syntropic/messaging';
import { createPool } from '@syntropic/postgres';
import { QUARANTINE_SUBJECT, TELEMETRY_STREAM } from '@syntropic/telemetry';
import { useDatabase, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { QuarantineReplays } from './quarantine-replays';

let nats: NatsConnection;
let pool: Pool;
let replays: QuarantineReplays;

// Registered before the servers' own hooks, so that all connections are closed first.
afterAll(async () => {
  await drainAndClose(nats);
  await pool.end();
});
const database = useDatabase();
const server = useNats();
beforeAll(async () => {
  nats = await connectNats({ url: server.url, name: 'command-service' });
  await ensureStreams(nats, { replicas: 1 });
  pool = createPool(database.urlAs('syn_command_service'), { max: 1 });
  replays = new QuarantineReplays(pool, nats);
});
beforeEach(async () => {
  await database.pool.query('truncate telemetry.quarantine');
  await (await nats.jetstreamManager()).streams.purge(TELEMETRY_STREAM);
});

async function setApart(reason: string, count: number): Promise<void> {
  await database.pool.query(
    `insert into telemetry.quarantine (event_id, reason, event, received_at)
     select gen_random_uuid(), $1, '{}', now() - (number / 3) * interval '1 microsecond' from generate_series(1, $2) number`,
    [reason, count],
  );
}

/** The ids in each request, in their order. */
async function asked(): Promise<readonly (readonly string[])[]> {
  const { state } = await (await nats.jetstreamManager()).streams.info(TELEMETRY_STREAM);
  const numbers = Array.from({ length: state.messages }, (_, index) => state.first_seq + index);
  const jetStream = await nats.jetstreamManager();
  return Promise.all(
    numbers.map(async (seq) => {
      const message = await jetStream.streams.getMessage(TELEMETRY_STREAM, { seq });
      expect(message.subject).toBe(QUARANTINE_SUBJECT);
      return message.json<Readonly<{ replay: readonly string[] }>>().replay;
    }),
  );
}

it('asks for all events of a kind in parts, each once, and tells how many are left', async () => {
  await setApart('data.a: wrong', 700);
  await setApart('data.a: lacking', 501);
  await setApart('late', 1);

  const first = await replays.ofKind({ reason: 'data.a' });
  const second = await replays.ofKind({ reason: 'data.a', after: first.next ?? '' });
  const third = await replays.ofKind({ reason: 'data.a', after: second.next ?? '' });
  expect([first, second, third]).toMatchObject([
    { tried: 500, left: 701 },
    { tried: 500, left: 201 },
    { tried: 201, left: 0, next: null },
  ]);
  const ids = (await asked()).flat();
  expect(new Set(ids).size).toBe(1_201);
  const { rows } = await database.pool.query<{ id: string }>(
    `select event_id as id from telemetry.quarantine where reason <> 'late'`,
  );
  expect(new Set(ids)).toEqual(new Set(rows.map(({ id }) => id)));
});

it('asks for one event', async () => {
  await setApart('late', 2);
  const { rows } = await database.pool.query<{ id: string }>('select event_id as id from telemetry.quarantine limit 1');
  const [{ id } = { id: '' }] = rows;

  await expect(replays.one({ id })).resolves.toEqual({ tried: 1, left: 0, next: null });
  await expect(asked()).resolves.toEqual([[id]]);
});

it('refuses what is not set apart, and asks for nothing', async () => {
  await expect(replays.one({ id: randomUUID() })).rejects.toThrow(DomainError);
  await expect(replays.ofKind({ reason: 'late' })).rejects.toMatchObject({
    code: 'quarantine.not_found',
    field: 'reason',
  });
  await expect(replays.ofKind({ reason: 'late', after: `1_${randomUUID()}` })).resolves.toEqual({
    tried: 0,
    left: 0,
    next: null,
  });
  await expect(asked()).resolves.toEqual([]);
});
