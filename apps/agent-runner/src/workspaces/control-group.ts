import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Limit, Limits } from './workspace';

const PREFIX = 'syntropic-';
const CPU_PERIOD_US = 100_000;
const POLL_MS = 2;

/** The files that set a limit, version 2's name before version 1's. */
const FILES = {
  memoryBytes: ['memory.max', 'memory.limit_in_bytes'],
  pids: ['pids.max'],
  cpus: ['cpu.max', 'cpu.cfs_quota_us'],
} as const;

/** Version 1 counts refused allocations only at the memory limit, which must therefore be reached before that of the sum. */
const LARGEST_PAGE_BYTES = 65_536;

/** Swap would let a workspace exceed its memory limit. Version 1 limits the sum of both. */
const SWAP = {
  'memory.max': ['memory.swap.max', () => 0],
  'memory.limit_in_bytes': ['memory.memsw.limit_in_bytes', (memory: number) => memory + LARGEST_PAGE_BYTES],
} as const;

/** The kernel's control group for the processes of one workspace: one directory in each hierarchy that is used. */
export class ControlGroup {
  constructor(readonly directories: readonly string[]) {}

  static async create(parents: readonly string[], id: string): Promise<ControlGroup> {
    const directories = parents.map((parent) => join(parent, PREFIX + id));
    await Promise.all(directories.map((directory) => mkdir(directory, { recursive: true })));
    return new ControlGroup(directories);
  }

  /** The recorded directories that still exist; names without the platform's prefix are ignored. */
  static recorded(directories: readonly string[]): ControlGroup {
    return new ControlGroup(directories.filter((path) => basename(path).startsWith(PREFIX) && existsSync(path)));
  }

  /** The limits for which the group has a file. */
  get enforceable(): readonly Limit[] {
    const limits = ['memoryBytes', 'pids', 'cpus'] as const;
    return limits.filter((limit) => FILES[limit].some((file) => this.#find(file) !== undefined));
  }

  /** `overhead` is the number of the sandbox's own processes, which the agent's limit does not include. */
  async limit({ memoryBytes, pids, cpus }: Limits, overhead: number): Promise<void> {
    await Promise.all([
      memoryBytes === undefined ? undefined : this.#limitMemory(memoryBytes),
      pids === undefined ? undefined : this.#write('pids.max', pids + overhead),
      cpus === undefined ? undefined : this.#limitCpus(cpus),
    ]);
  }

  async members(): Promise<number[]> {
    const lists = await Promise.all(
      this.directories.map((path) => readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '')),
    );
    return [...new Set(lists.flatMap((list) => list.split('\n').filter(Boolean).map(Number)))];
  }

  get canFreeze(): boolean {
    return this.#find('cgroup.freeze') !== undefined || this.#find('freezer.state') !== undefined;
  }

  /** Requests the freeze; true when all have stopped. Version 1 never confirms it while one process waits in the kernel for another. */
  async freeze(): Promise<boolean> {
    return (await unlessRemoved(this.#freeze())) ?? true;
  }

  async thaw(): Promise<void> {
    await unlessRemoved(
      this.#find('cgroup.freeze') ? this.#write('cgroup.freeze', 0) : this.#write('freezer.state', 'THAWED'),
    );
  }

  async #freeze(): Promise<boolean> {
    if (this.#find('cgroup.freeze')) {
      await this.#write('cgroup.freeze', 1);
      return (await this.#read('cgroup.events')).includes('frozen 1');
    }
    await this.#write('freezer.state', 'FROZEN');
    return (await this.#read('freezer.state')).trim() === 'FROZEN';
  }

  get canKill(): boolean {
    return this.#find('cgroup.kill') !== undefined;
  }

  async kill(): Promise<void> {
    await this.#write('cgroup.kill', 1);
  }

  /** Retries: the kernel reports a group as busy for a moment after its last process has exited. */
  async remove(): Promise<void> {
    await Promise.all(
      this.directories.map(async (directory) => {
        while (!(await removed(directory))) await wait(POLL_MS);
      }),
    );
  }

  async #limitMemory(bytes: number): Promise<void> {
    for (const file of FILES.memoryBytes) {
      const directory = this.#find(file);
      if (directory === undefined) continue;

      await writeFile(join(directory, file), String(bytes));
      const [swap, limit] = SWAP[file];
      if (existsSync(join(directory, swap))) await writeFile(join(directory, swap), String(limit(bytes)));
      return;
    }
  }

  async #limitCpus(cpus: number): Promise<void> {
    const quota = Math.max(1_000, Math.round(cpus * CPU_PERIOD_US));
    if (this.#find('cpu.max')) {
      await this.#write('cpu.max', `${quota} ${CPU_PERIOD_US}`);
      return;
    }
    await this.#write('cpu.cfs_period_us', CPU_PERIOD_US);
    await this.#write('cpu.cfs_quota_us', quota);
  }

  #find(file: string): string | undefined {
    return this.directories.find((directory) => existsSync(join(directory, file)));
  }

  async #write(file: string, value: string | number): Promise<void> {
    await writeFile(this.#path(file), String(value));
  }

  #read(file: string): Promise<string> {
    return readFile(this.#path(file), 'utf8');
  }

  #path(file: string): string {
    const directory = this.#find(file);
    if (directory === undefined) {
      throw Object.assign(new Error(`no control group has ${file}`), { code: 'ENOENT' });
    }
    return join(directory, file);
  }
}

/** Undefined when the group was removed meanwhile, as it is once its last process has ended. */
async function unlessRemoved<T>(change: Promise<T>): Promise<T | undefined> {
  try {
    return await change;
  } catch (error) {
    if (['ENODEV', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

async function removed(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY') return false;
    throw error;
  }
}
