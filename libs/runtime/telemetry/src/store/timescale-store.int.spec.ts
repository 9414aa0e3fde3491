import { useTimescale } from '@syntropic/testing';
import type { Pool } from 'pg';
import { anEvent, anExecutionId } from '../testing/events';
import { itCountsCommits } from '../testing/commit-contract';
import { itReprices } from '../testing/price-contract';
import { itReadsWithinSpans } from '../testing/read-contract';
import { itKeepsRollUps } from '../testing/roll-up-contract';
import { itSearchesTexts } from '../testing/search-contract';
import { itStoresTelemetry } from '../testing/store-contract';
import { PostgresTelemetryStore } from './postgres-telemetry-store';
import { TelemetryReader } from './telemetry-reader';

const database = useTimescale();

const use = () => ({
  pool: database.pool,
  collectors: [database.pool, database.pool] as const,
  session: database.pool,
});

/** Runs jobs of the database, which has no background workers here. */
async function runJobs(pool: Pool, procedure: string): Promise<void> {
  const { rows } = await pool.query<{ job_id: number }>(
    'select job_id from timescaledb_information.jobs where proc_name = $1 order by job_id',
    [procedure],
  );
  for (const { job_id } of rows) await pool.query(`call run_job(${job_id})`);
}

const refresh = () => runJobs(database.pool, 'policy_refresh_continuous_aggregate');

const chunks = async () => {
  const { rows } = await database.pool.query<{ compressed: boolean; starts: Date }>(
    `select is_compressed as compressed, range_start as starts from timescaledb_information.chunks
     where hypertable_schema = 'telemetry' and hypertable_name = 'events' order by range_start`,
  );
  return rows;
};

const DAY = 86_400_000;
const atDay = (ago: number) => new Date(Date.now() - ago * DAY).toISOString();

describe('hypertables', () => {
  itStoresTelemetry(use);
  itKeepsRollUps({ use, refresh });
  itReprices(use);
  itCountsCommits(use);
  itSearchesTexts(use);
  itReadsWithinSpans(use);

  it('are chosen by a database that has the extension', async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select hypertable_name as name from timescaledb_information.hypertables where hypertable_schema = 'telemetry' order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(['events', 'texts', 'tool_calls', 'usage']);
  });

  it('let the services do their work and nothing else', async () => {
    await database.pool.query('set role syn_collector');
    try {
      await new PostgresTelemetryStore(database.pool).insert([{ events: [anEvent({ executionId: anExecutionId() })] }]);
      await database.pool.query('set role syn_gateway');
      await expect(database.pool.query('select sum(calls) from telemetry.usage_by_day')).resolves.toMatchObject({
        rowCount: 1,
      });
      await expect(database.pool.query('delete from telemetry.events')).rejects.toThrow('permission denied');
    } finally {
      await database.pool.query('reset role');
    }
  });

  it('are compressed when nothing can arrive any more, and read like before', async () => {
    const executionId = anExecutionId();
    const events = [0, 1, 2].map((hour) =>
      anEvent({ executionId, time: new Date(Date.now() - 6 * DAY + hour).toISOString() }),
    );
    await new PostgresTelemetryStore(database.pool).insert([{ events }]);
    await database.pool.query(
      `select alter_job(job_id, config => config || '{"compress_after": "5 days"}')
       from timescaledb_information.jobs where proc_name = 'policy_compression'`,
    );
    await runJobs(database.pool, 'policy_compression');

    expect((await chunks()).some(({ compressed }) => compressed)).toBe(true);
    const read = await new TelemetryReader(database.pool).after(executionId, 0, 10);
    expect(read.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  it('lose the chunks that are older than they are kept', async () => {
    await new PostgresTelemetryStore(database.pool).insert([{ events: [anEvent({ time: atDay(4) })] }]);
    await database.pool.query(`select telemetry.maintain(keep => '3 days')`);

    expect((await chunks()).filter(({ starts }) => starts.getTime() < Date.now() - 4 * DAY)).toEqual([]);
  });
});
