import { EventAppender, PostgresEventLog } from '@syntropic/event-store';
import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase, useNats } from '@syntropic/testing';
import { connect, type NatsConnection } from 'nats';
import type { Pool } from 'pg';
import { announceOver, type CheckpointAnnouncement } from './announcement';
import { CheckpointWatch } from './checkpoint-watch';
import { Accounts, balances, makeTables, PROJECTIONS, type AccountEvent } from './testing/accounts';
import { Worker } from './testing/worker';

const opened = (account: string): AccountEvent => ({
  type: 'AccountOpened',
  data: { account, tags: ['x'], at: '2026-01-01T00:00:00Z' },
});

const database = useDatabase();
const nats = useNats();
let accounts: Accounts;
let connection: NatsConnection;

beforeAll(async () => {
  await makeTables(database.pool);
  accounts = new Accounts(new EventAppender(database.pool));
  const { host, username, password } = new URL(nats.url);
  connection = await connect({ servers: host, user: username, pass: password });
});
afterAll(() => connection.close());

const epoch = async () => (await new PostgresEventLog(database.pool).head()).epoch;

const workerOf = () => new Worker({ url: database.urlAs('syn_projection_worker'), announce: announceOver(connection) });

describe('a commit', () => {
  it('is announced in one message, with the checkpoints of all its projections', async () => {
    const messages: (readonly CheckpointAnnouncement[])[] = [];
    connection.subscribe('read.checkpoint.>', {
      callback: (_, message) => messages.push(message.json<readonly CheckpointAnnouncement[]>()),
    });
    const worker = workerOf();
    await eventually(() => worker.runner.owned.filter(({ mode }) => mode === 'live').length === PROJECTIONS.length);

    const head = await accounts.append(opened('one'));
    await eventually(() => messages.flat().filter(({ position }) => position === head).length === PROJECTIONS.length);

    const ofHead = messages.filter((checkpoints) => checkpoints.some(({ position }) => position === head));
    expect(ofHead).toHaveLength(1);
    await worker.stop();
  });
});

describe('a watch', () => {
  const checkpoint = async (position: number): Promise<CheckpointAnnouncement> => {
    const { name: projection, version } = balances;
    return { projection, version, storeEpoch: await epoch(), position, cachedPosition: 0, cacheEpoch: null };
  };

  /** Reaches a position that only an announcement can tell: its role may not read the checkpoints. */
  const reached = async (announce: (position: number) => Promise<void>): Promise<number> => {
    const blind: Pool = createPool(database.urlAs('syn_collector'));
    const watch = new CheckpointWatch(blind, connection);
    const position = 1_000_000;
    await announce(position);
    await connection.flush();
    const known = await watch.reach(balances, { epoch: await epoch(), position });
    watch.close();
    await blind.end();
    return known.position;
  };

  it('learns all checkpoints of a message', async () => {
    const announce = announceOver(connection);

    await expect(
      reached(async (position) => {
        announce([{ ...(await checkpoint(1)), projection: 'another' }, await checkpoint(position)]);
      }),
    ).resolves.toBe(1_000_000);
  });

  it('learns the checkpoint of a worker of an earlier version', async () => {
    await expect(
      reached(async (position) => {
        connection.publish('read.checkpoint.balance', JSON.stringify(await checkpoint(position)));
      }),
    ).resolves.toBe(1_000_000);
  });

  it('passes over a message of a version with another form', async () => {
    await expect(
      reached(async (position) => {
        connection.publish('read.checkpoint.all', JSON.stringify({ checkpoints: 'elsewhere' }));
        announceOver(connection)([await checkpoint(position)]);
      }),
    ).resolves.toBe(1_000_000);
  });

  it('reaches a position also when its announcement is lost', async () => {
    const watch = new CheckpointWatch(database.pool, connection);
    const worker = new Worker({ url: database.urlAs('syn_projection_worker'), announce: () => undefined });

    const position = await accounts.append(opened('quiet'));

    await expect(watch.reach(balances, { epoch: await epoch(), position })).resolves.toMatchObject({ position });
    watch.close();
    await worker.stop();
  });
});
