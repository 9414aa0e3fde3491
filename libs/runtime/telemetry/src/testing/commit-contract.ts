import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { PostgresTelemetryStore } from '../store/postgres-telemetry-store';
import { anEvent, anExecutionId } from './events';
import type { StoreUnderTest } from './store-contract';

const DAY = 86_400_000;

const atDay = (ago: number) => new Date(Date.now() - ago * DAY).toISOString();
const commit = (ago: number, executionId: string) =>
  anEvent({
    executionId,
    sessionId: `commits-${executionId}`,
    type: 'git_commit',
    time: atDay(ago),
    data: { message: 'm' },
  });

/** Events that were stored when they were new. */
const wereStored = async (pool: Pool, executionId: string, ...days: readonly number[]) => {
  for (const ago of days) {
    await pool.query(
      `insert into telemetry.events (time, event_id, execution_id, session_id, phase_id, type, sequence, data)
       values ($1, $2, $3, $4, 'plan', 'git_commit', 1, '{}')`,
      [atDay(ago), randomUUID(), executionId, `commits-${executionId}`],
    );
  }
};
const counted = async (pool: Pool, executionId: string) => {
  const { rows } = await pool.query<{ day: string; commits: number }>(
    `select to_char(day, 'YYYY-MM-DD') as day, commits::int as commits from telemetry.commits_by_day
     where execution_id = $1 order by 1`,
    [executionId],
  );
  return rows.map(({ day, commits }) => [day, commits]);
};
const events = async (pool: Pool, executionId: string) => {
  const { rows } = await pool.query<{ day: string }>(
    `select to_char(time at time zone 'UTC', 'YYYY-MM-DD') as day from telemetry.events
     where execution_id = $1 and type = 'git_commit' order by 1`,
    [executionId],
  );
  return rows.map(({ day }) => day);
};
const dayAt = (ago: number) => atDay(ago).slice(0, 10);

/** Commits are counted by day before their events go, in every layout. */
export function itCountsCommits(use: () => StoreUnderTest): void {
  describe('commits', () => {
    it('of final days are counted once, and outlive their events', async () => {
      const executionId = anExecutionId();
      const store = new PostgresTelemetryStore(use().collectors[0]);
      await wereStored(use().pool, executionId, 100, 100, 20, 20, 20);
      const late = commit(6, executionId);
      await store.insert([{ events: [late, commit(0, executionId)] }]);
      await store.insert([{ events: [late] }]);
      await store.maintain();
      await store.maintain();

      await expect(counted(use().pool, executionId)).resolves.toEqual([
        [dayAt(100), 2],
        [dayAt(20), 3],
      ]);
      await expect(events(use().pool, executionId)).resolves.toEqual([
        dayAt(20),
        dayAt(20),
        dayAt(20),
        dayAt(6),
        dayAt(0),
      ]);
    });

    it('are counted again from the events that there are', async () => {
      const executionId = anExecutionId();
      await wereStored(use().pool, executionId, 30);
      await use().pool.query(
        `insert into telemetry.commits_by_day values ((now() at time zone 'UTC')::date - 30, 'commits-' || $1, $1, 99),
           ((now() at time zone 'UTC')::date - 200, 'commits-' || $1, $1, 7)`,
        [executionId],
      );
      await use().pool.query('select telemetry.recount_commits()');

      await expect(counted(use().pool, executionId)).resolves.toEqual([
        [dayAt(200), 7],
        [dayAt(30), 1],
      ]);
    });
  });
}
