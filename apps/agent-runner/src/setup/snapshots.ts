import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pack, unpack } from '../checkpoints/archive';
import { partOf } from '../session/kept-files';
import { removeTree, type Workspace } from '../workspaces';

export type SnapshotSettings = Readonly<{
  /** The most that all of them may have together; 0: none are kept. */
  bytes: number;
  count: number;
  /** Older ones are not used: what a set-up fetches may have changed where it is fetched from. */
  ageMs: number;
}>;

type SnapshotOptions = SnapshotSettings &
  Readonly<{
    directory: string;
    /** The room on the disk that is left for sessions. */
    minFreeBytes: number;
  }>;

type Snapshot = Readonly<{ bytes: number; madeAt: Date }>;

type Places = Pick<Workspace, 'directory' | 'home'>;

const SUFFIX = '.tar';

/** What set-ups have made, on the runner's disk: archives of workspace and home, named by their keys. The oldest give way to new ones. */
export class Snapshots {
  constructor(private readonly options: SnapshotOptions) {}

  /** False where the configuration keeps none. */
  get areKept(): boolean {
    return this.options.bytes > 0;
  }

  get directory(): string {
    return this.options.directory;
  }

  /** Removes what an earlier life of the runner has begun, or kept under other limits. */
  async open(): Promise<void> {
    const { directory } = this.options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const begun = (await readdir(directory)).filter((file) => file.endsWith(`${SUFFIX}.new`));
    await Promise.all(begun.map((file) => rm(join(directory, file))));
    await this.#keepWithinLimits();
  }

  /** Replaces the files of a workspace. `broken`: they are gone, and so is the snapshot. */
  async restore(key: string, places: Places, signal: AbortSignal): Promise<Snapshot | 'absent' | 'broken'> {
    const file = this.#fileOf(key);
    const found = await stat(file).catch(() => undefined);
    if (!found || Date.now() - found.mtimeMs > this.options.ageMs) return 'absent';

    await Promise.all([places.directory, places.home].map(emptied));
    try {
      await unpack(file, partOf(places), signal, 'none');
      return { bytes: found.size, madeAt: found.mtime };
    } catch {
      signal.throwIfAborted();
      await rm(file, { force: true });
      await Promise.all([places.directory, places.home].map(emptied));
      return 'broken';
    }
  }

  /** No process may work in the workspace. @throws when it does not fit, or cannot be read; the signal's reason */
  async keep(key: string, places: Places, signal: AbortSignal): Promise<Snapshot> {
    const file = join(this.options.directory, `${randomUUID()}${SUFFIX}.new`);
    try {
      await pack([partOf(places)], { file, maxBytes: await this.#room(), signal, compression: 'none' });
      await synced(file);
      await rename(file, this.#fileOf(key));
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
    await synced(this.options.directory);
    const { size: bytes, mtime: madeAt } = await stat(this.#fileOf(key));
    await this.#keepWithinLimits();
    return { bytes, madeAt };
  }

  /** Removes all, because the disk has no room. True when there was one. */
  async clear(): Promise<boolean> {
    const kept = await this.#oldestFirst();
    await Promise.all(kept.map(({ file }) => rm(file, { force: true })));
    return kept.length > 0;
  }

  async #room(): Promise<number> {
    const { directory, bytes, minFreeBytes } = this.options;
    const { bavail, bsize } = await statfs(directory);
    const room = Math.min(bytes, bavail * bsize - 2 * minFreeBytes);
    if (room <= 0) throw new Error('the disk of the runner has no room for it');
    return room;
  }

  async #keepWithinLimits(): Promise<void> {
    const kept = await this.#oldestFirst();
    let bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
    for (const [index, { file, bytes: own }] of kept.entries()) {
      if (bytes <= this.options.bytes && kept.length - index <= this.options.count) return;
      await rm(file, { force: true });
      bytes -= own;
    }
  }

  async #oldestFirst(): Promise<readonly Readonly<{ file: string; bytes: number; madeMs: number }>[]> {
    const { directory } = this.options;
    const files = (await readdir(directory)).filter((file) => file.endsWith(SUFFIX));
    const found = await Promise.all(
      files.map(async (name) => {
        const file = join(directory, name);
        // Another session may have removed it meanwhile.
        const status = await stat(file).catch(() => undefined);
        return status ? [{ file, bytes: status.size, madeMs: status.mtimeMs }] : [];
      }),
    );
    return found.flat().sort((one, other) => one.madeMs - other.madeMs);
  }

  #fileOf(key: string): string {
    return join(this.options.directory, `${key}${SUFFIX}`);
  }
}

async function emptied(directory: string): Promise<void> {
  for (const name of await readdir(directory)) await removeTree(join(directory, name));
}

/** Waits until the disk has it: after a loss of power a name must not stand for half of a file. */
async function synced(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
