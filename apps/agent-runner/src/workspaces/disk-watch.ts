import { setTimeout as wait } from 'node:timers/promises';
import { diskUsage, type DiskUsage } from './disk-usage';
import type { Limits } from './workspace';

type DiskLimits = Pick<Limits, 'diskBytes' | 'inodes'>;

const SHORTEST_PAUSE_MS = 1_000;

/** Counting takes at most this part of the time: the pause after it is as many times longer. */
const PAUSES = 10;

/** Countings in a row that find a directory closed before the agent counts as hiding its files. */
const CLOSED = 3;

const MEBIBYTE = 1024 ** 2;

/** Counts the files of a workspace from time to time, where no filesystem limits them. An agent can exceed the limits in between. */
export class DiskWatch {
  constructor(
    private readonly root: string,
    private readonly limits: DiskLimits,
    /** The processes whose open files count. */
    private readonly members: () => Promise<readonly number[]>,
  ) {}

  /** Resolves with the excess as text, or at the signal with undefined. */
  async exceeded(signal: AbortSignal): Promise<string | undefined> {
    for (let closed = 0; !signal.aborted;) {
      const began = performance.now();
      const usage = await this.#count(signal);
      if (!usage) return undefined;
      closed = usage.isComplete ? 0 : closed + 1;
      const excess = closed < CLOSED ? this.#excessOf(usage) : 'its files cannot be counted';
      if (excess !== undefined) return excess;

      const pauseMs = Math.max(SHORTEST_PAUSE_MS, PAUSES * (performance.now() - began));
      await wait(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
    return undefined;
  }

  async #count(signal: AbortSignal): Promise<DiskUsage | undefined> {
    try {
      return await diskUsage(this.root, await this.members(), signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  #excessOf({ bytes, inodes }: DiskUsage): string | undefined {
    const { diskBytes = Infinity, inodes: files = Infinity } = this.limits;
    if (bytes > diskBytes) {
      return `its files take ${Math.ceil(bytes / MEBIBYTE)} MiB, above the limit of ${diskBytes / MEBIBYTE} MiB`;
    }
    return inodes > files ? `it has ${inodes} files and directories, above the limit of ${files}` : undefined;
  }
}
