import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
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

const database = useDatabase();
let collectors: readonly [Pool, Pool];
let session: Pool;
let store: PostgresTelemetryStore;
let reader: TelemetryReader;

beforeAll(() => {
  const connect = () => createPool(database.urlAs('syn_collector'));
  collectors = [connect(), connect()];
  session = createPool(database.url, { max: 1 });
  store = new PostgresTelemetryStore(collectors[0]);
  reader = new TelemetryReader(database.pool);
});
afterAll(() => Promise.all([...collectors, session].map((pool) => pool.end())));

const use = () => ({ pool: database.pool, collectors, session });

describe('native partitions', () => {
  itStoresTelemetry(use);
  itKeepsRollUps({ use, refresh: () => Promise.resolve() });
  itReprices(use);
  itCountsCommits(use);
  itSearchesTexts(use);
  itReadsWithinSpans(use);
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

  it('keeps everything as long as is configured', async () => {
    await database.pool.query(
      `insert into telemetry.quarantine (event_id, reason, event, received_at)
       select gen_random_uuid(), days || ' days old', '{}', now() - days * interval '1 day' from unnest(array[19, 21]) days;
       insert into telemetry.tool_sums_by_hour select now() - days * interval '1 day', 'T' || days, 1, 0, 1, 0, 0, 0, 0 from unnest(array[29, 31]) days;
       insert into telemetry.tool_sums_by_day select now() - days * interval '1 day', 'T' || days, 1, 0, 1, 0, 0, 0, 0 from unnest(array[39, 41]) days;
       insert into telemetry.sequences (execution_id, first_at, last_at)
       select 'exec-kept-' || days, now(), now() - days * interval '1 day' from unnest(array[39, 41]) days`,
    );
    await new PostgresTelemetryStore(collectors[0], { events: 20, facts: 40, hours: 30, minutes: 10 }).maintain();

    const { rows } = await database.pool.query<{ kept: string }>(
      `select reason as kept from telemetry.quarantine where reason like '% days old'
       union all select tool from telemetry.tool_sums_by_hour where tool ~ '^T[0-9]+$' and started = 1
       union all select tool from telemetry.tool_sums_by_day where tool ~ '^T[0-9]+$' and started = 1
       union all select execution_id from telemetry.sequences where execution_id like 'exec-kept-%' order by 1`,
    );
    expect(rows.map(({ kept }) => kept)).toEqual(['19 days old', 'T29', 'T39', 'exec-kept-39']);
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
