import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { anEvent } from '../testing/events';
import { PostgresTelemetryStore } from './postgres-telemetry-store';
import { Quarantine, quarantineReasons } from './quarantine';

const database = useDatabase();
let pool: Pool;
let quarantine: Quarantine;

beforeAll(() => {
  pool = createPool(database.urlAs('syn_collector'));
  quarantine = new Quarantine(pool, new PostgresTelemetryStore(pool));
});
afterAll(() => pool.end());

const setApart = (sessionId: string, event: unknown, reason: string) =>
  pool.query(`insert into telemetry.quarantine (event_id, session_id, reason, event) values ($1, $2, $3, $4)`, [
    randomUUID(),
    sessionId,
    reason,
    JSON.stringify(event),
  ]);

const storedOf = async (sessionId: string) => {
  const { rows } = await pool.query<{ type: string }>(
    'select type from telemetry.events where session_id = $1 order by type',
    [sessionId],
  );
  return rows.map(({ type }) => type);
};

const collected = (session_id: string, own: object = {}) => ({
  event_id: randomUUID(),
  event_type: 'git_commit',
  session_id,
  timestamp: new Date().toISOString(),
  data: {},
  ...own,
});

describe('events in quarantine', () => {
  it('are stored once when they are tried again and can be read, in whichever form they came', async () => {
    const sessionId = randomUUID();
    const [time, session_id] = [new Date().toISOString(), sessionId];
    await setApart(sessionId, anEvent({ sessionId, type: 'error' }), 'an older fault');
    await setApart(sessionId, collected(sessionId), 'an older fault');
    await setApart(sessionId, { session_id, hook_event_name: 'Stop' }, 'an older fault');
    await setApart(sessionId, { sessionId, type: 'pre_compact', time, data: {} }, 'an older fault');
    await setApart(sessionId, collected(sessionId, { timestamp: 'never' }), 'timestamp: is no time');
    const other = randomUUID();
    await setApart(other, collected(other), 'an older fault');

    await expect(quarantine.replay(sessionId)).resolves.toEqual({ stored: 4, known: 0, faulty: 1 });
    await expect(quarantine.replay(sessionId)).resolves.toEqual({ stored: 0, known: 0, faulty: 1 });
    await expect(storedOf(sessionId)).resolves.toEqual(['agent_stopped', 'error', 'git_commit', 'pre_compact']);
    await expect(storedOf(other)).resolves.toEqual([]);
    await expect(quarantineReasons(database.pool)).resolves.toMatchObject([
      { reason: 'an older fault', events: 1 },
      { reason: 'timestamp', events: 1 },
    ]);
  });

  it('that were stored meanwhile leave it without being doubled', async () => {
    const sessionId = randomUUID();
    const event = anEvent({ sessionId, executionId: null });
    await new PostgresTelemetryStore(pool).insert([{ events: [event] }]);
    await setApart(sessionId, event, 'an older fault');

    await expect(quarantine.replay(sessionId)).resolves.toEqual({ stored: 0, known: 1, faulty: 0 });
    await expect(storedOf(sessionId)).resolves.toHaveLength(1);
  });

  it('are tried page by page, however many there are', async () => {
    const sessionId = randomUUID();
    const events = Array.from({ length: 1_200 }, () => collected(sessionId));
    await pool.query(
      `insert into telemetry.quarantine (event_id, session_id, reason, event)
       select gen_random_uuid(), $1, 'an older fault', event from unnest($2::text[]) event`,
      [sessionId, events.map((event) => JSON.stringify(event))],
    );
    await expect(quarantine.replay(sessionId)).resolves.toEqual({ stored: 1_200, known: 0, faulty: 0 });
  });
});
