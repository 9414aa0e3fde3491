import { connectNats } from '@syntropic/messaging';
import { canMount, eventually, mountSmallVolume, removeDirectory } from '@syntropic/testing';
import { Child, isAlive, natsServer } from '@syntropic/testing/servers';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Supervisor, type Supervised } from './supervisor';

describe('a supervised process', () => {
  const directory = mkdtempSync(join(tmpdir(), 'syn-supervisor-'));
  const log = join(directory, 'log');
  const printed: string[] = [];

  afterAll(() => {
    removeDirectory(directory);
  });

  it('is restarted with a message when it is killed, and not after it was stopped', async () => {
    const pids: number[] = [];
    const subject = program('sleeper', ['sleep', '600'], pids);
    const supervisor = supervised(subject);
    await supervisor.start();
    process.kill(latest(pids), 'SIGKILL');

    await eventually(() => pids.length === 2);
    expect(printed).toContain('sleeper ended (SIGKILL): starting it again');
    expect(isAlive(latest(pids))).toBe(true);

    await supervisor.stop();
    expect(isAlive(latest(pids))).toBe(false);
    expect(pids).toHaveLength(2);
  });

  it('can be stopped while it keeps failing', async () => {
    const pids: number[] = [];
    const supervisor = supervised(program('failing', ['sh', '-c', 'echo attempt; exit 3'], pids));
    await supervisor.start();
    await eventually(() => pids.length > 1);

    await expect(supervisor.stop()).resolves.toBeUndefined();
    expect(printed).toContain('failing ended (exit code 3): starting it again');
  });

  (canMount ? it : it.skip)(
    'is killed when it answers, does not work and is deaf to its signal (needs root, to mount a volume)',
    async () => {
      mountSmallVolume(join(directory, 'nats'), 24);
      const bus = natsServer({
        directory: join(directory, 'nats'),
        log: join(directory, 'nats.log'),
        users: [{ user: 'owner', password: 'o' }],
      });
      const supervisor = new Supervisor(
        bus,
        (line) => printed.push(line),
        () => undefined,
        {
          checkMs: 200,
          idleMs: 1_000,
          graceMs: 1_000,
        },
      );
      await supervisor.start();
      const nats = await connectNats({ url: bus.url, name: 'spec' });
      await (await nats.jetstreamManager()).streams.add({ name: 'FACTS', subjects: ['facts'] });
      const publish = () => nats.jetstream().publish('facts', Buffer.alloc(500_000), { timeout: 1_000 });
      const { pid } = bus;

      // A write that fails leaves the streams of nats-server 2.9 in a lock, and its shutdown waits for it.
      await eventually(
        async () => {
          await publish().catch(() => undefined);
          await expect(bus.check()).resolves.toBe('answers');
        },
        { within: 30_000 },
      );
      await eventually(() => bus.pid !== undefined && bus.pid !== pid, { within: 30_000 });
      expect(printed).toContain('nats answers and does not work: ending it');
      expect(printed).toContain('nats ended (SIGKILL): starting it again');

      await eventually(async () => (await nats.jetstreamManager()).streams.purge('FACTS'), { within: 30_000 });
      await eventually(publish, { within: 30_000 });
      await nats.close();
      await supervisor.stop();
    },
    120_000,
  );

  function supervised(subject: Supervised): Supervisor {
    return new Supervisor(
      subject,
      (line) => printed.push(line),
      () => undefined,
    );
  }

  function program(name: string, command: readonly string[], pids: number[]): Supervised {
    let child: Child | undefined;
    return {
      name,
      get ended() {
        return child?.ended ?? Promise.reject(new Error('not started'));
      },
      async start() {
        child = await Child.start({ name, command, log, onParentExit: 'SIGKILL' });
        pids.push(child.pid);
      },
      stop: async () => child?.stop('SIGTERM', 5_000),
    };
  }

  function latest(pids: readonly number[]): number {
    const pid = pids.at(-1);
    if (pid === undefined) throw new Error('nothing was started');
    return pid;
  }
});
