import fc from 'fast-check';
import type { Pool } from 'pg';
import { PostgresTelemetryStore } from '../store/postgres-telemetry-store';
import { TelemetryReader } from '../store/telemetry-reader';
import type { StoredBatch } from '../store/telemetry-store';
import type { TelemetryBatch } from '../telemetry-batch';
import type { TelemetryEvent } from '../telemetry-event';
import { anEvent, anExecutionId, theEvent } from './events';

/** A migrated store in one of its layouts. */
export type StoreUnderTest = Readonly<{
  /** Connects as the owner. */
  pool: Pool;
  /** The connections of two collectors. */
  collectors: readonly [Pool, Pool];
  /** A pool of one connection of the owner. */
  session: Pool;
}>;

const POISON = { text: 'no text holds \u0000' };

type Specs<Layout> = (layout: Layout) => void;

/** Names a list of specs that every layout of the store passes. */
export const describeStore = <Layout>(specs: Specs<Layout>): Specs<Layout> => specs;

/** What holds in every layout of the store. */
export const itStoresTelemetry = describeStore((use: () => StoreUnderTest) => {
  const pool = () => use().pool;
  let stores: readonly PostgresTelemetryStore[];
  let store: PostgresTelemetryStore;
  let reader: TelemetryReader;

  beforeAll(() => {
    const [one, other] = use().collectors;
    store = new PostgresTelemetryStore(one);
    stores = [store, new PostgresTelemetryStore(other)];
    reader = new TelemetryReader(pool());
  });

  const storedIn = (results: readonly StoredBatch[]) =>
    results.flatMap((result) => (result.leaseLost ? [] : result.stored));
  const quarantined = async (events: readonly TelemetryEvent[]) => {
    const { rows } = await pool().query<{ event_id: string; reason: string }>(
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

  describe('a large insert', () => {
    it('stores each fact once and in order, and sets apart what no table can store, also when two collectors write it', async () => {
      const executions = Array.from({ length: 6 }, anExecutionId);
      const events = Array.from({ length: 900 }, (_, number) => {
        const executionId = executions[number % 8] ?? null;
        const sessionId = `${executionId ?? executions[0] ?? ''}-${number % 8}`;
        return anEvent({ executionId, sessionId, data: number % 300 === 0 ? POISON : { number } });
      });
      const results = (await Promise.all(stores.map((each) => each.insert([{ events }])))).flat();

      const good = events.filter(({ data }) => data !== POISON);
      expect(storedIn(results).map(({ id }) => id)).toHaveLength(good.length);
      await expect(quarantined(events)).resolves.toHaveLength(3);
      for (const executionId of executions) {
        const rows = await reader.after(executionId, 0, 1_000);
        const own = good.filter((event) => event.executionId === executionId);
        expect(rows.map(({ id, sequence }) => ({ id, sequence }))).toEqual(
          own.map(({ id }, index) => ({ id, sequence: index + 1 })),
        );
      }
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
          const batches = routes.map((batchesOfRoute) =>
            batchesOfRoute.map((facts) => ({ events: facts.map(eventOf) })),
          );
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
});
