import { randomUUID } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { useDirectory } from '../../test/workspace.fixture';
import { Snapshots, type SnapshotSettings } from './snapshots';

const MEBIBYTE = 1024 ** 2;
const LIMITS: SnapshotSettings = { bytes: 100 * MEBIBYTE, count: 10, ageMs: 3_600_000 };

describe('snapshots', () => {
  const directory = useDirectory();
  const never = new AbortController().signal;

  async function opened(limits: Partial<SnapshotSettings> = {}, own = join(directory.path, randomUUID())) {
    const snapshots = new Snapshots({ ...LIMITS, ...limits, directory: own, minFreeBytes: 0 });
    await snapshots.open();
    return { snapshots, own, names: () => readdirSync(own).sort() };
  }

  /** A workspace whose file `made` has this text. */
  function workspace(text: string) {
    const root = join(directory.path, randomUUID());
    const places = { directory: join(root, 'workspace'), home: join(root, 'home') };
    for (const place of Object.values(places)) mkdirSync(place, { recursive: true });
    writeFileSync(join(places.directory, 'made'), text);
    return places;
  }

  it('bring back files with modes and links, and nothing that was there', async () => {
    const { snapshots } = await opened();
    const [source, target] = [workspace('kept'), workspace('former')];
    writeFileSync(join(source.home, 'run'), '', { mode: 0o755 });
    symlinkSync('/etc/passwd', join(source.directory, 'link'));
    mkdirSync(join(target.directory, 'former'));

    const { bytes } = await snapshots.keep('a', source, never);

    await expect(snapshots.restore('a', target, never)).resolves.toMatchObject({ bytes });
    expect(readdirSync(target.directory).sort()).toEqual(['link', 'made']);
    expect(readFileSync(join(target.directory, 'made'), 'utf8')).toBe('kept');
    expect(lstatSync(join(target.directory, 'link')).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(target.home, 'run')).mode & 0o777).toBe(0o755);
  });

  it('leave the workspace alone when there is none, or it is too old', async () => {
    const { snapshots, own } = await opened();
    const target = workspace('former');
    await expect(snapshots.restore('a', target, never)).resolves.toBe('absent');

    await snapshots.keep('a', workspace('kept'), never);
    utimesSync(join(own, 'a.tar'), new Date(0), new Date(0));
    await expect(snapshots.restore('a', target, never)).resolves.toBe('absent');
    expect(readFileSync(join(target.directory, 'made'), 'utf8')).toBe('former');
  });

  it('that are broken are removed, with what they have left', async () => {
    const { snapshots, own, names } = await opened();
    await snapshots.keep('a', workspace('kept'), never);
    writeFileSync(join(own, 'a.tar'), readFileSync(join(own, 'a.tar')).subarray(0, 700));
    const target = workspace('former');

    await expect(snapshots.restore('a', target, never)).resolves.toBe('broken');
    expect([names(), readdirSync(target.directory)]).toEqual([[], []]);
  });

  it('that a crash has cut short are not used by the next life of the runner', async () => {
    const { own } = await opened();
    writeFileSync(join(own, `${randomUUID()}.tar.new`), 'half');

    const { names } = await opened({}, own);
    expect(names()).toEqual([]);
  });

  it('give way, the oldest first, to those that are made later', async () => {
    const { snapshots, own, names } = await opened({ count: 2 });
    for (const [index, key] of ['b', 'c', 'a'].entries()) {
      await snapshots.keep(key, workspace(key), never);
      utimesSync(join(own, `${key}.tar`), new Date(), new Date(Date.now() - 60_000 + index * 1_000));
    }
    expect(names()).toEqual(['a.tar', 'c.tar']);

    const { names: later } = await opened({ bytes: 15_000 }, own);
    expect(later()).toEqual(['a.tar']);
  });

  it('are not kept beyond their bytes, and leave nothing of the attempt', async () => {
    const { snapshots, names } = await opened({ bytes: MEBIBYTE });
    await snapshots.keep('a', workspace('kept'), never);

    await expect(snapshots.keep('b', workspace('x'.repeat(2 * MEBIBYTE)), never)).rejects.toThrow('do not fit');
    expect(names()).toEqual(['a.tar']);
  });

  it('are all removed when the disk has no room', async () => {
    const { snapshots, own } = await opened();
    await snapshots.keep('a', workspace('kept'), never);

    await expect(snapshots.clear()).resolves.toBe(true);
    await expect(snapshots.clear()).resolves.toBe(false);
    expect(existsSync(join(own, 'a.tar'))).toBe(false);
  });
});
