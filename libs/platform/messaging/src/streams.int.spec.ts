import { useNats } from '@syntropic/testing';
import type { NatsConnection, StreamInfo } from 'nats';
import { connectNats, drainAndClose } from './connection';
import { ensureStreams } from './streams';

const nats = useNats();

const DAY_NS = 24 * 3_600 * 1e9;
const GIGABYTE = 1024 ** 3;

let connection: NatsConnection;

beforeEach(async () => {
  connection = await connectNats({ url: nats.url, name: 'spec' });
  const { streams } = await connection.jetstreamManager();
  for (const name of await streams.names().next()) await streams.delete(name);
});
afterEach(() => drainAndClose(connection));

async function configurations() {
  const { streams } = await connection.jetstreamManager();
  const infos: StreamInfo[] = await streams.list().next();
  return Object.fromEntries(infos.map(({ config }) => [config.name, config]));
}

describe('the streams', () => {
  it('are created with their limits, by any number of services at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => ensureStreams(connection, { replicas: 1 })));

    expect(await configurations()).toMatchObject({
      DOMAIN: { max_age: 7 * DAY_NS, max_bytes: 10 * GIGABYTE, subjects: ['domain.>'], storage: 'file' },
      TELEMETRY: { max_age: DAY_NS / 24, max_bytes: 4 * GIGABYTE, discard: 'new' },
      WORK: { retention: 'workqueue' },
      DEAD: { max_age: 30 * DAY_NS },
    });
  });

  it('are left as they are when they exist', async () => {
    const { streams } = await connection.jetstreamManager();
    await streams.add({ name: 'DOMAIN', subjects: ['domain.>'], max_bytes: GIGABYTE });

    await ensureStreams(connection, { replicas: 1 });

    expect(await configurations()).toMatchObject({ DOMAIN: { max_bytes: GIGABYTE }, WORK: {} });
  });

  it('are smaller on a server with less storage', async () => {
    const { streams } = await connection.jetstreamManager();
    await streams.add({ name: 'FOREIGN', subjects: ['foreign'], max_bytes: 12 * GIGABYTE });

    await ensureStreams(connection, { replicas: 1 });

    const { DOMAIN, TELEMETRY, WORK, DEAD } = await configurations();
    expect([DOMAIN, TELEMETRY, WORK, DEAD]).not.toContain(undefined);
    expect(DOMAIN?.max_bytes).toBeLessThan(10 * GIGABYTE);
  });
});
