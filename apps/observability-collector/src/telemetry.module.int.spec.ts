import { Test, type TestingModule } from '@nestjs/testing';
import { createLogger } from '@syntropic/observability';
import { LOG, ServiceModule } from '@syntropic/service';
import { USUAL_RETENTION, type TelemetryStore } from '@syntropic/telemetry';
import { eventually } from '@syntropic/testing';
import { register } from 'prom-client';
import { TelemetryModule } from './telemetry.module';
import { TELEMETRY_STORE } from './telemetry.tasks';
import { numbered, useCollectors } from './testing/collector.fixture';

const logged: string[] = [];
let service: TestingModule;

// Registered before the servers' own hooks, so that the service is closed first.
afterAll(() => service.close());
const collectors = useCollectors();

beforeAll(async () => {
  await collectors.ensureTelemetryStream();
  for (const name of await partitions()) await collectors.database.pool.query(`drop table ${name}`);
  service = await Test.createTestingModule({
    imports: [
      ServiceModule.of({
        name: 'observability-collector',
        natsUrl: collectors.server.urlAs('observability-collector'),
        databaseUrl: collectors.database.urlAs('syn_collector'),
      }),
      TelemetryModule.of(USUAL_RETENTION),
    ],
  })
    .overrideProvider(TELEMETRY_STORE)
    .useFactory({ factory: () => failingOnce(collectors.store()) })
    .overrideProvider(LOG)
    .useValue(createLogger('spec', { destination: { write: (line: string) => logged.push(line) } }).pino)
    .compile();
  await service.init();
});

/** A store whose first insertion fails. */
function failingOnce(store: TelemetryStore): TelemetryStore {
  let hasFailed = false;
  return {
    maintain: () => store.maintain(),
    insert: (batches) => {
      if (hasFailed) return store.insert(batches);
      hasFailed = true;
      return Promise.reject(new Error('the store is away'));
    },
  };
}

const counted = async (name: string) => {
  const values = (await register.getSingleMetric(name)?.get())?.values ?? [];
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['outcome']), value]));
};

describe('the collector', () => {
  it('stores a batch again that the store did not take, and reports the outage once', async () => {
    const { event, batch, stored } = collectors.session();
    const events = [event(), event()];

    await expect(collectors.send(batch(1, events))).resolves.toEqual({ committed: 2 });

    await expect(stored()).resolves.toEqual(numbered(events));
    expect(logged.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'telemetry is postponed',
      'telemetry is stored again',
    ]);
    await expect(counted('telemetry_events_total')).resolves.toEqual({ stored: 2, quarantined: 0 });
    const { postponed, stored: copies = 0 } = await counted('telemetry_batches_total');
    expect(postponed).toBe(1);
    // A sender that waits too long sends another copy.
    expect(copies).toBeGreaterThan(0);
  });

  it('creates the partitions of its tables', () =>
    eventually(async () => {
      expect((await partitions()).length).toBeGreaterThan(1);
    }));
});

async function partitions(): Promise<readonly string[]> {
  const { rows } = await collectors.database.pool.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits
      where inhparent = 'telemetry.events'::regclass and inhrelid <> 'telemetry.events_default'::regclass`,
  );
  return rows.map(({ name }) => name);
}
