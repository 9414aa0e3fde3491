import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import fc from 'fast-check';
import type { Pool } from 'pg';
import type { TelemetryBatch } from '../telemetry-batch';
import type { TelemetryEvent } from '../telemetry-event';
import { anEvent, anExecutionId, theEvent } from '../testing/events';
import { PostgresTelemetryStore } from './postgres-telemetry-store';
import { TelemetryReader } from './telemetry-reader';
import type { StoredBatch } from './telemetry-store';

const POISON = { text: 'no text holds \u0000' };

const database = useDatabase();
let pools: readonly Pool[];
let stores: readonly PostgresTelemetryStore[];
let store: PostgresTelemetryStore;
let reader: TelemetryReader;

beforeAll(() => {
  pools = [1, 2].map(() => createPool(database.urlAs('syn_collector')));
  stores = pools.map((pool) => new PostgresTelemetryStore(pool));
  [store = new PostgresTelemetryStore(database.pool)] = stores;
  reader = new TelemetryReader(database.pool);
});
afterAll(() => Promise.all(pools.map((pool) => pool.end())));

const storedIn = (results: readonly StoredBatch[]) =>
  results.flatMap((result) => (result.leaseLost ? [] : result.stored));
const quarantined = async (events: readonly TelemetryEvent[]) => {
  const { rows } = await database.pool.query<{ event_id: string; reason: string }>(
    'select event_id, reason from telemetry.quarantine where event_id = any ($1)',
    [events.map(({ id }) => id)],
  );
  return rows;
};

describe('events', () => {
  it('are numbered from 1, in the order of arrival', async () => {
    const executionId = anExecutionId();
    const events = [3, 1, 2].map((number) => anEvent({ executionId, data: { number } }));
    const [result] = await store.insert([{ events }]);

    expect(result).toEqual({
      leaseLost: false,
      quarantined: 0,
      stored: events.map((event, index) => ({ ...event, sequence: index + 1 })),
    });
    await expect(reader.after(executionId, 1, 10)).resolves.toEqual(storedIn(result ? [result] : []).slice(1));
  });

  it('that are sent again change nothing', async () => {
    const executionId = anExecutionId();
    const event = anEvent({ executionId });
    await store.insert([{ events: [event] }]);
    const again = await store.insert([{ events: [event, anEvent({ executionId })] }, { events: [event] }]);

    expect(storedIn(again).map(({ sequence }) => sequence)).toEqual([2]);
  });

  it('outside executions have no number', async () => {
    const event = anEvent({ executionId: null, phaseId: null, sessionId: 'elsewhere' });
    const results = await store.insert([{ events: [event] }]);

    expect(storedIn(results)).toEqual([{ ...event, sequence: null }]);
    await expect(reader.bySession('elsewhere', { limit: 10 })).resolves.toEqual(storedIn(results));
  });

  it('of a session are read in the order of their lines, whatever the clock of their runner says', async () => {
    const executionId = anExecutionId();
    const sessionId = `session-of-${executionId}`;
    const times = [60, 0, 30].map((minutes) => new Date(Date.now() - minutes * 60_000).toISOString());
    const events = times.map((time) => anEvent({ executionId, sessionId, time }));
    const ids = events.map(({ id }) => id);
    await store.insert([{ events }]);

    const oldestFirst = await reader.bySession(sessionId, { limit: 10 });
    const newestFirst = await reader.bySession(sessionId, { limit: 2, order: 'newest_first' });
    expect(oldestFirst.map(({ id }) => id)).toEqual(ids);
    expect(newestFirst.map(({ id }) => id)).toEqual([...ids].reverse().slice(0, 2));
  });

  it('from the future are cut to ten minutes ahead', async () => {
    const executionId = anExecutionId();
    const time = new Date(Date.now() + 3_600_000).toISOString();
    const [stored] = storedIn(await store.insert([{ events: [anEvent({ executionId, time })] }]));
    const [read] = await reader.after(executionId, 0, 1);

    expect(Date.parse(read?.time ?? '') - Date.now()).toBeLessThanOrEqual(600_000);
    expect(read?.time).toBe(stored?.time);
  });

  it('older than a week are quarantined as late', async () => {
    const old = anEvent({ executionId: anExecutionId(), time: new Date(Date.now() - 8 * 86_400_000).toISOString() });
    const results = await store.insert([{ events: [old] }]);

    expect(storedIn(results)).toEqual([]);
    await expect(quarantined([old])).resolves.toEqual([{ event_id: old.id, reason: 'late' }]);
  });

  it('that are quarantined are counted by session', async () => {
    const executionId = anExecutionId();
    const refused = (name: string) => anEvent({ executionId, sessionId: `${name}-${executionId}`, data: POISON });
    await store.insert([{ events: ['one', 'one', 'other'].map(refused) }]);
    const ids = [`one-${executionId}`, 'none'];
    await expect(reader.quarantinedBySession(ids)).resolves.toEqual(new Map([[ids[0], 2]]));
  });

  it('that no table can store are quarantined alone', async () => {
    const executionId = anExecutionId();
    const good = [0, 1, 2, 3, 4].map(() => anEvent({ executionId }));
    const poison = [
      anEvent({ executionId, data: POISON }),
      anEvent({ executionId, data: { text: '\ud83d' } }),
      anEvent({ executionId, time: 'yesterday-ish' }),
      anEvent({ executionId, type: 'session_summary', data: { leg: 'first' } }),
    ];
    const mixed = good.flatMap((event, index) => [event, ...poison.slice(index, index + 1)]);
    const results = await store.insert([{ events: mixed }, { events: [anEvent({ executionId })] }]);

    expect(results).toMatchObject([{ quarantined: 4 }, { quarantined: 0 }]);
    expect(storedIn(results).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    await expect(quarantined(poison)).resolves.toHaveLength(4);
  });
});

describe('a batch whose lease has been handed out again', () => {
  const sessionId = 'leased';
  const batch = (token: number): TelemetryBatch => ({
    events: [anEvent({ executionId: 'exec-00000000cafe', sessionId })],
    lease: { sessionId, token },
  });

  it('is refused, and the others of its flush are not', async () => {
    const results = await store.insert([batch(1), batch(3), batch(2), batch(3)]);
    expect(results.map(({ leaseLost }) => leaseLost)).toEqual([true, false, true, false]);
    expect(storedIn(results).map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it('stays refused', async () => {
    await expect(store.insert([batch(2)])).resolves.toEqual([{ leaseLost: true }]);
  });

  it('is refused also without events', async () => {
    await expect(store.insert([{ events: [], lease: { sessionId, token: 2 } }])).resolves.toEqual([
      { leaseLost: true },
    ]);
  });
});

describe('collectors side by side', () => {
  const fact = fc.record({
    execution: fc.integer({ min: 0, max: 2 }),
    session: fc.integer({ min: 0, max: 1 }),
    number: fc.integer({ min: 0, max: 30 }),
  });
  const route = fc.array(fc.array(fact, { maxLength: 25 }), { minLength: 1, maxLength: 8 });

  it('store each fact once, numbered without a gap, on any route', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(route, { minLength: 4, maxLength: 4 }), async (routes) => {
        const executions = [anExecutionId(), anExecutionId(), anExecutionId()];
        const sent = new Map<string, TelemetryEvent>();
        const eventOf = ({ execution, session, number }: { execution: number; session: number; number: number }) => {
          const executionId = executions[execution] ?? '';
          const event = theEvent(
            executionId,
            `${executionId}-${session}`,
            number,
            number % 13 === 7 ? POISON : { number },
          );
          sent.set(event.id, event);
          return event;
        };
        const batches = routes.map((batchesOfRoute) => batchesOfRoute.map((facts) => ({ events: facts.map(eventOf) })));
        const answered = await Promise.all(
          batches.map(async (ofRoute, index) => {
            const results: StoredBatch[] = [];
            for (const batch of ofRoute) results.push(...((await stores[index % 2]?.insert([batch])) ?? []));
            return results;
          }),
        );

        const isPoison = ({ data }: TelemetryEvent) => data === POISON;
        const good = [...sent.values()].filter((event) => !isPoison(event));
        const stored = storedIn(answered.flat());
        expect(stored.map(({ id }) => id).sort()).toEqual(good.map(({ id }) => id).sort());
        await expect(quarantined([...sent.values()])).resolves.toHaveLength(sent.size - good.length);
        for (const executionId of executions) {
          const rows = await reader.after(executionId, 0, 1_000);
          expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index + 1));
          expect(rows).toHaveLength(good.filter((event) => event.executionId === executionId).length);
          const { events } = await reader.executionTotals(executionId);
          expect(events).toBe(rows.length);
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe('maintenance', () => {
  const partitions = async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select relname as name from pg_inherits join pg_class on oid = inhrelid
       where inhparent = 'telemetry.events'::regclass order by relname`,
    );
    return rows.map(({ name }) => name);
  };
  const nameOf = (time: number) => `events_${new Date(time).toISOString().slice(0, 10).replaceAll('-', '')}`;
  const DAY = 86_400_000;

  it('has created the partitions of a week ahead', async () => {
    await expect(partitions()).resolves.toEqual(
      expect.arrayContaining([
        ...[0, 1, 2, 3, 4, 5, 6, 7].map((days) => nameOf(Date.now() + days * DAY)),
        'events_default',
      ]),
    );
  });

  it('moves rows of the default partition into partitions of their own', async () => {
    const executionId = anExecutionId();
    await store.insert([{ events: [anEvent({ executionId, time: new Date(Date.now() - 2 * DAY).toISOString() })] }]);
    await store.maintain();

    await expect(partitions()).resolves.toContain(nameOf(Date.now() - 2 * DAY));
    const unmoved = await database.pool.query('select from telemetry.events_default');
    expect(unmoved.rowCount).toBe(0);
    await expect(reader.after(executionId, 0, 10)).resolves.toHaveLength(1);
  });

  it('drops old partitions', async () => {
    await database.pool.query(`select telemetry.maintain(keep => '1 day')`);

    await expect(partitions()).resolves.not.toContain(nameOf(Date.now() - 2 * DAY));
    await expect(partitions()).resolves.toContain(nameOf(Date.now()));
  });

  it('keeps quarantined events for a quarter of a year', async () => {
    await database.pool.query(
      `insert into telemetry.quarantine (event_id, reason, event, received_at)
       select gen_random_uuid(), days || ' days', '{}', now() - days * interval '1 day' from unnest(array[89, 91]) days`,
    );
    await store.maintain();

    const { rows } = await database.pool.query(`select reason from telemetry.quarantine where reason like '% days'`);
    expect(rows).toEqual([{ reason: '89 days' }]);
  });
});
