import { randomUUID } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hostShell } from './host-shell';
import { ownFew } from './own-few';
import { removeTree } from './remove-tree';
import type { User } from './unprivileged-user';
import type { Limits } from './workspace';

const WORKSPACE = 'workspace';

type Size = Pick<Limits, 'diskBytes' | 'inodes'>;

/** The host directory of all files that an agent can write: a plain directory, or a tmpfs with the limits of the disk. */
export class Volume {
  readonly workspace: string;
  readonly home: string;
  readonly temporary: string;
  readonly sharedMemory: string;

  private constructor(
    readonly root: string,
    private readonly owner: User | undefined,
    /** True for a tmpfs, whose limits the kernel holds. */
    readonly isMounted: boolean,
  ) {
    this.workspace = join(root, WORKSPACE);
    this.home = join(root, 'home');
    this.temporary = join(root, 'tmp');
    this.sharedMemory = join(root, 'shm');
  }

  /** Keeps the files of an earlier opening. */
  static async open(root: string, { diskBytes, inodes }: Size, owner: User | undefined): Promise<Volume> {
    mkdirSync(root, { recursive: true, mode: 0o755 });
    // A mount would cover the files of a volume that was opened without limits.
    const isNew = !existsSync(join(root, WORKSPACE));
    const isToMount = isNew && diskBytes !== undefined;
    if (isToMount) await mount(root, { diskBytes, inodes });

    const volume = new Volume(root, owner, isToMount || (!isNew && isMounted(root)));
    for (const directory of [volume.workspace, volume.home, volume.temporary, volume.sharedMemory]) {
      mkdirSync(directory, { recursive: true, mode: 0o755 });
      if (owner) chownSync(directory, owner.uid, owner.gid);
    }
    return volume;
  }

  /** Changes the owner of links, never of their targets. */
  async handOver(): Promise<void> {
    const { owner } = this;
    if (!owner || [this.workspace, this.home].every((root) => ownFew(root, owner))) return;
    await hostShell.run('chown', '-RPh', `${owner.uid}:${owner.gid}`, this.workspace, this.home);
  }

  async remove(): Promise<void> {
    // A later opening of the same workspace may have removed it.
    if (!this.isMounted || !isMounted(this.root)) {
      await removeTree(this.root);
      return;
    }
    await hostShell.run('umount', this.root);
    rmdirSync(this.root);
  }
}

/** Unmounts the volume of a workspace that will not be opened again. */
export async function unmountVolume(directory: string): Promise<void> {
  const root = volumeIn(directory);
  if (isMounted(root)) await hostShell.run('umount', root);
}

/** True when the directory has the files of a workspace that was released. Those of a tmpfs are gone when the machine has started anew. */
export const hasVolume = (directory: string): boolean => existsSync(join(volumeIn(directory), WORKSPACE));

export const volumeIn = (directory: string): string => join(directory, 'volume');

/** Mounts and unmounts a sample filesystem; false when the runner may not. */
export async function canMount(): Promise<boolean> {
  const sample = join(tmpdir(), `syntropic-probe-${randomUUID()}`);
  await mkdir(sample);
  try {
    await mount(sample, { diskBytes: 4096 });
    await hostShell.run('umount', sample);
    return true;
  } catch {
    return false;
  } finally {
    await rm(sample, { recursive: true });
  }
}

async function mount(root: string, { diskBytes, inodes }: Size): Promise<void> {
  const size = [`size=${diskBytes}`, ...(inodes === undefined ? [] : [`nr_inodes=${inodes}`])];
  const options = [...size, 'mode=0755', 'nosuid', 'nodev'].join();
  await hostShell.run('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', root);
}

function isMounted(root: string): boolean {
  const [inside, outside] = [root, dirname(root)].map((path) => statSync(path, { throwIfNoEntry: false }));
  return inside !== undefined && inside.dev !== outside?.dev;
}
