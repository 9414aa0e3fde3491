import type { Pool } from 'pg';
import { EventLists } from '../store/event-lists';
import { PostgresTelemetryStore } from '../store/postgres-telemetry-store';
import { TelemetryReader } from '../store/telemetry-reader';
import { ToolReader } from '../store/tool-figures';
import { anEvent, anExecutionId } from './events';
import { describeStore, type StoreUnderTest } from './store-contract';

const USED = {
  model: 'm',
  input_tokens: 1,
  output_tokens: 1,
  cache_creation_tokens: 1,
  cache_read_tokens: 1,
  cost_usd: '1',
};
/** Reads look at no more than they need, and what nobody can ask for any more is deleted. */
export const itReadsWithinSpans = describeStore((use: () => StoreUnderTest) => {
  let store: PostgresTelemetryStore;
  let reader: TelemetryReader;

  beforeAll(() => {
    store = new PostgresTelemetryStore(use().collectors[0]);
    reader = new TelemetryReader(use().pool);
  });

  describe('reads', () => {
    const at = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString();
    const read = {
      'events of an execution': (session: Pool, executionId: string) =>
        new TelemetryReader(session).after(executionId, 0, 10),
      'events of a session': (session: Pool, id: string) => new TelemetryReader(session).bySession(id, { limit: 10 }),
      'a page of a session': (session: Pool, sessionId: string) =>
        new EventLists(session).page({ sessionId, order: 'newest_first', limit: 10, maxBytes: 1e6 }),
      'events after a number': (session: Pool, id: string) =>
        new TelemetryReader(session).bySessionAfter(id, { after: 0, limit: 10, maxBytes: 1e6 }),
      'tools of a session': (session: Pool, id: string) => new ToolReader(session).figuresOf(id),
      'the shares of tools': (session: Pool, sessionId: string) =>
        new ToolReader(session).sharesOf([{ sessionId, costUsd: '1', tokens: 1 }]),
      'a yield point': (session: Pool, id: string) => new TelemetryReader(session).yieldPoint(id, id),
    } satisfies Record<string, (session: Pool, id: string) => Promise<unknown>>;

    /** A statement locks each table that it may look at. */
    const lockedBy = async (work: (session: Pool) => Promise<unknown>) => {
      const { session } = use();
      await session.query('begin');
      try {
        await work(session);
        const { rows } = await session.query<{ name: string }>(
          `select distinct relname as name from pg_locks join pg_class on pg_class.oid = relation
           where coalesce(pid, 0) = pg_backend_pid() and relkind = 'r' and (relname ~ '^events_' or relname ~ '_chunk$')`,
        );
        return rows.map(({ name }) => name);
      } finally {
        await session.query('commit');
      }
    };

    it.each(Object.entries(read))('of %s look only at the partitions of its time', async (_, reads) => {
      const id = anExecutionId();
      const others = [0, 1, 2, 4, 5, 6].map((days) => anEvent({ executionId: anExecutionId(), time: at(days) }));
      const own = anEvent({ executionId: id, sessionId: id, type: 'tool_execution_started', time: at(3) });
      await store.insert([{ events: [...others, own] }]);
      await store.maintain();

      // Prepared statements are planned without their values from the sixth time on.
      for (let time = 1; time <= 8; time++) await reads(use().session, id);
      await expect(lockedBy((session) => reads(session, id))).resolves.toHaveLength(1);
    });

    it('of an execution go no farther than the numbers of its span', async () => {
      const executionId = anExecutionId();
      const event = (days: number) => anEvent({ executionId, time: at(days) });
      await store.insert([{ events: [event(1), event(3)] }]);
      await store.insert([{ events: [event(0), event(5), event(2)] }]);

      const rows = await reader.after(executionId, 0, 10);
      expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    });
  });

  describe('maintenance', () => {
    it('deletes counters and totals of executions whose facts are gone', async () => {
      const [old, recent] = [anExecutionId(), anExecutionId()];
      const lease = (sessionId: string) => ({ sessionId, token: 1 });
      const summary = (executionId: string) =>
        anEvent({ executionId, sessionId: executionId, type: 'token_usage', data: USED });
      await store.insert([old, recent].map((id) => ({ events: [summary(id)], lease: lease(id) })));
      for (const [table, column] of [
        ['sequences', 'execution_id'],
        ['session_totals', 'session_id'],
      ]) {
        await use().pool.query(
          `update telemetry.${table} set last_at = now() - interval '401 days' where ${column} = $1`,
          [old],
        );
      }
      await store.maintain();

      for (const table of ['sequences', 'session_totals', 'session_legs', 'session_models', 'session_leases']) {
        const column = table === 'sequences' ? 'execution_id' : 'session_id';
        const { rows } = await use().pool.query<{ id: string }>(
          `select ${column} as id from telemetry.${table} where ${column} = any ($1)`,
          [[old, recent]],
        );
        expect({ table, rows }).toEqual({ table, rows: [{ id: recent }] });
      }
    });
  });
});
