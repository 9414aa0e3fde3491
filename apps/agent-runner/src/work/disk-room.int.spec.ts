import { eventually } from '@syntropic/testing';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap } from '../../test/workspace.fixture';
import { Snapshots } from '../setup/snapshots';
import { DiskRoom } from './disk-room';

const directory = { path: mkdtempSync(join(tmpdir(), 'agent-runner-spec-')) };
const runner = useRunner(directory);

const MEBIBYTE = 1024 ** 2;
const disk = join(directory.path, 'small');
mkdirSync(disk);
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk]).status === 0;
const itWithDisk = isMounted ? it : it.skip;
afterAll(() => {
  if (isMounted) execFileSync('umount', ['-l', disk]);
  rmSync(directory.path, { recursive: true, force: true });
});

describeWithBubblewrap('a runner whose disk is full', () => {
  itWithDisk(
    'claims nothing and says so, until there is room',
    async () => {
      const minFreeBytes = 16 * MEBIBYTE;
      const snapshots = new Snapshots({
        directory: join(directory.path, 'none'),
        bytes: 0,
        count: 1,
        ageMs: 0,
        minFreeBytes,
      });
      await snapshots.open();
      const room = new DiskRoom({ directory: disk, minFreeBytes }, snapshots);
      await expect(room.check()).resolves.toBeUndefined();
      writeFileSync(join(disk, 'full'), Buffer.alloc(20 * MEBIBYTE));
      const order = orderOf(shell('echo done'));
      runner.platform.offer(order);
      await runner.start({ home: 'small', environment: { RUNNER_MIN_FREE_MB: '16' } });

      const renewal = await eventually(
        () => runner.platform.received.find(({ type }) => type === 'RenewWork') ?? false,
      );
      expect(renewal.data['slots']).toBe(0);
      await expect(room.check()).rejects.toThrow(
        /^the runner claims no work: its disk has 1\d MiB left, and needs 16$/,
      );
      runner.wake();
      await eventually(() => runner.platform.received.filter(({ type }) => type === 'RenewWork').length > 1);
      expect(runner.platform.received.filter(({ type }) => type === 'ClaimWork')).toEqual([]);

      rmSync(join(disk, 'full'));
      await eventually(() => {
        runner.wake();
        return runner.platform.commandsOf('CompleteSession', order).length > 0;
      });
      expect(runner.platform.received.findLast(({ type }) => type === 'RenewWork')?.data['slots']).toBe(1);
    },
    30_000,
  );

  itWithDisk(
    'fails the phase that it cannot run to its end, with the reason',
    async () => {
      const order = orderOf(shell('while :; do head -c 100000 /dev/zero | tr "\\0" x; echo; done'));
      runner.platform.offer(order);
      await runner.start({ home: 'small', environment: { RUNNER_MIN_FREE_MB: '1' } });

      await expect(runner.platform.receives('ReleaseWork', order)).resolves.toMatchObject({ as: 'closed' });
      expect(runner.platform.commandsOf('CompleteSession', order)[0]).toMatchObject({
        status: 'failed',
        error: expect.stringContaining('ENOSPC: no space left on device') as string,
      });
    },
    60_000,
  );
});
