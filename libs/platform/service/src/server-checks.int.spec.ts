import { connectNats, drainAndClose } from '@syntropic/messaging';
import { createPool } from '@syntropic/postgres';
import { canMount, eventually, mountSmallVolume, removeDirectory, scratchDirectory, useNats } from '@syntropic/testing';
import { natsServer, postgresServer, type LocalServer } from '@syntropic/testing/servers';
import { join } from 'node:path';
import { checkJetStream, checkStoreWrites } from './server-checks';

const withVolume = canMount ? describe : describe.skip;

describe('a bus', () => {
  const bus = useNats([{ user: 'listener', password: 'l', permissions: { publish: ['facts'] } }]);

  it('has streams, as long as its user may ask for them', async () => {
    const owner = await connectNats({ url: bus.url, name: 'spec' });
    const listener = await connectNats({ url: bus.urlAs('listener'), name: 'spec' });

    await expect(checkJetStream(owner)).resolves.toBeUndefined();
    await expect(checkJetStream(listener)).rejects.toThrow('JetStream does not answer');
    await Promise.all([owner, listener].map(drainAndClose));
  });
});

withVolume('on a volume of its own (needs root, to mount it)', () => {
  const directory = scratchDirectory();
  const running: LocalServer[] = [];
  afterAll(async () => {
    await Promise.all(running.map((server) => server.kill()));
    removeDirectory(directory);
  });
  const paths = (name: string) => ({ directory: join(directory, name), log: join(directory, `${name}.log`) });
  const started = async (server: LocalServer): Promise<LocalServer> => {
    running.push(server);
    await server.start();
    return server;
  };

  it('a bus that answers pings and has no room is named', async () => {
    mountSmallVolume(paths('nats').directory, 24);
    const bus = await started(natsServer({ ...paths('nats'), users: [{ user: 'owner', password: 'o' }] }));
    const nats = await connectNats({ url: bus.url, name: 'spec' });
    await (await nats.jetstreamManager()).streams.add({ name: 'FACTS', subjects: ['facts'] });
    await checkJetStream(nats);

    await eventually(
      async () => {
        await nats
          .jetstream()
          .publish('facts', Buffer.alloc(500_000), { timeout: 1_000 })
          .catch(() => undefined);
        await expect(checkJetStream(nats)).rejects.toThrow('its volume is full');
      },
      { within: 30_000 },
    );

    const other = await connectNats({ url: bus.url, name: 'other' });
    await expect(other.flush()).resolves.toBeUndefined();
    await Promise.all([nats.close(), other.close()]);
  }, 60_000);

  it('a store that answers queries and has no room is named, until it has room again', async () => {
    const volume = mountSmallVolume(paths('postgres').directory, 160);
    const postgres = await started(postgresServer({ ...paths('postgres'), password: 'p' }));
    const pool = createPool(postgres.url);
    await checkStoreWrites(pool);

    volume.fill();
    await expect(checkStoreWrites(pool)).rejects.toThrow('its disk is full');
    await expect(pool.query('select 1')).resolves.toMatchObject({ rowCount: 1 });

    volume.makeRoom();
    await eventually(() => checkStoreWrites(pool));
    await pool.end();
  }, 60_000);
});
