import { EventAppender } from '@syntropic/event-store';
import { eventually, useDatabase } from '@syntropic/testing';
import type { Projection } from '../projection';
import { Accounts, makeTables, type AppendedEvent } from './accounts';
import { Worker } from './worker';

type CheckpointRow = Readonly<{ position: number; status: string; error: string | null }>;

/** A database with these projections, and workers that end with each test. */
export function useWorkers(projections: readonly Projection[]) {
  const database = useDatabase();
  let accounts: Accounts;
  let workers: Worker[] = [];

  beforeAll(async () => {
    await makeTables(database.pool, projections);
    accounts = new Accounts(new EventAppender(database.pool));
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    workers = [];
  });

  async function checkpoints(): Promise<Record<string, CheckpointRow>> {
    const { rows } = await database.pool.query<CheckpointRow & { name: string }>(
      'select projection as name, position, status, error from read.checkpoints',
    );
    return Object.fromEntries(rows.map(({ name, ...checkpoint }) => [name, checkpoint]));
  }

  function work(options: Partial<ConstructorParameters<typeof Worker>[0]> = {}): Worker {
    const worker = new Worker({ url: database.urlAs('syn_projection_worker'), ...options });
    workers.push(worker);
    return worker;
  }

  async function expectLive(position: number, ...names: readonly { name: string }[]): Promise<void> {
    const live = Object.fromEntries(names.map(({ name }) => [name, { position, status: 'live', error: null }]));
    await eventually(async () => {
      expect(await checkpoints()).toMatchObject(live);
    });
  }

  const append = (...events: readonly AppendedEvent[]) => accounts.append(...events);

  return { database, append, checkpoints, work, expectLive };
}
