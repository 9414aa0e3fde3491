import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Limit, Limits } from './workspace';

const PREFIX = 'syntropic-';
const CPU_PERIOD_US = 100_000;
const POLL_MS = 2;
const PROCESSES = 'cgroup.procs';

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

/** The hierarchy that has each file, by its place among a group's directories; -1 for a file that none has. */
type Layout = Map<string, number>;

/**
 * The kernel's control group for the processes of one workspace: one directory in each hierarchy that is used. Its files are memory of the
 * kernel, which no disk delays: the runner reads and writes them at once, because a thread for each would take ten times as long.
 */
export class ControlGroup {
  constructor(
    readonly directories: readonly string[],
    /** Shared by groups below the same parents, which have the same files. */
    private readonly layout: Layout = new Map<string, number>(),
  ) {}

  static create(parents: readonly string[], id: string, layout?: Layout): ControlGroup {
    const directories = parents.map((parent) => join(parent, PREFIX + id));
    for (const directory of directories) mkdirSync(directory, { recursive: true });
    return new ControlGroup(directories, layout);
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
  limit({ memoryBytes, pids, cpus }: Limits, overhead: number): void {
    if (memoryBytes !== undefined) this.#limitMemory(memoryBytes);
    if (pids !== undefined) this.#write('pids.max', pids + overhead);
    if (cpus !== undefined) this.#limitCpus(cpus);
  }

  /** A launcher enters the directories in their order, and its descendants are born into all of them: the first has every process. */
  members(): number[] {
    const first = this.directories.find((path) => existsSync(path));
    const list = first === undefined ? '' : (unlessRemoved(() => readFileSync(join(first, PROCESSES), 'utf8')) ?? '');
    return list.split('\n').filter(Boolean).map(Number);
  }

  get canFreeze(): boolean {
    return this.#find('cgroup.freeze') !== undefined || this.#find('freezer.state') !== undefined;
  }

  /** Requests the freeze; true when all have stopped. Version 1 never confirms it while one process waits in the kernel for another. */
  freeze(): boolean {
    return unlessRemoved(() => this.#freeze()) ?? true;
  }

  thaw(): void {
    unlessRemoved(() => {
      if (this.#find('cgroup.freeze')) this.#write('cgroup.freeze', 0);
      else this.#write('freezer.state', 'THAWED');
    });
  }

  #freeze(): boolean {
    if (this.#find('cgroup.freeze')) {
      this.#write('cgroup.freeze', 1);
      return this.#read('cgroup.events').includes('frozen 1');
    }
    this.#write('freezer.state', 'FROZEN');
    return this.#read('freezer.state').trim() === 'FROZEN';
  }

  get canKill(): boolean {
    return this.#find('cgroup.kill') !== undefined;
  }

  /** Ends frozen processes too. */
  kill(): void {
    unlessRemoved(() => {
      this.#write('cgroup.kill', 1);
    });
  }

  /** Retries: the kernel reports a group as busy for a moment after its last process has exited. */
  async remove(): Promise<void> {
    for (const directory of this.directories) {
      while (!removed(directory)) await wait(POLL_MS);
    }
  }

  #limitMemory(bytes: number): void {
    for (const file of FILES.memoryBytes) {
      const directory = this.#find(file);
      if (directory === undefined) continue;

      writeFileSync(join(directory, file), String(bytes));
      const [swap, limit] = SWAP[file];
      if (this.#find(swap) === directory) writeFileSync(join(directory, swap), String(limit(bytes)));
      return;
    }
  }

  #limitCpus(cpus: number): void {
    const quota = Math.max(1_000, Math.round(cpus * CPU_PERIOD_US));
    if (this.#find('cpu.max')) {
      this.#write('cpu.max', `${quota} ${CPU_PERIOD_US}`);
      return;
    }
    this.#write('cpu.cfs_period_us', CPU_PERIOD_US);
    this.#write('cpu.cfs_quota_us', quota);
  }

  /** The group's directory with this file. */
  #find(file: string): string | undefined {
    const known = this.layout.get(file);
    if (known !== undefined) return this.directories[known];
    const index = this.directories.findIndex((directory) => existsSync(join(directory, file)));
    // A group that was removed has no file, which says nothing about others.
    if (this.directories.every((directory) => existsSync(directory))) this.layout.set(file, index);
    return this.directories[index];
  }

  #write(file: string, value: string | number): void {
    writeFileSync(this.#path(file), String(value));
  }

  #read(file: string): string {
    return readFileSync(this.#path(file), 'utf8');
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
function unlessRemoved<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch (error) {
    if (['ENODEV', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function removed(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY') return false;
    throw error;
  }
}
