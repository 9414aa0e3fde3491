import { Inject, Injectable } from '@nestjs/common';
import { statfs } from 'node:fs/promises';
import { SETTINGS } from '../injection-tokens';
import { Snapshots } from '../setup/snapshots';
import type { RunnerSettings } from './runner-settings';

const MEBIBYTE = 1024 ** 2;
/** Each session needs some dozen files of its own, besides those of its agent. */
const MIN_FREE_FILES = 1_000;

/** The room on the runner's disk: without it no session can begin, and the spools of those that run soon fail. */
@Injectable()
export class DiskRoom {
  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<RunnerSettings, 'directory' | 'minFreeBytes'>,
    private readonly snapshots: Snapshots,
  ) {}

  async isFree(): Promise<boolean> {
    return (await this.#lack()) === undefined;
  }

  /** @throws while there is no room for a session, with the reason. */
  async check(): Promise<void> {
    const lack = await this.#lack();
    if (lack !== undefined) throw new Error(`the runner claims no work: ${lack}`);
  }

  /** Snapshots give way to sessions. */
  async #lack(): Promise<string | undefined> {
    const lack = await this.#measured();
    return lack !== undefined && (await this.snapshots.clear()) ? this.#measured() : lack;
  }

  async #measured(): Promise<string | undefined> {
    const { directory, minFreeBytes } = this.settings;
    const disk = await statfs(directory).catch(() => undefined);
    if (!disk) return 'its disk cannot be looked at';
    const { bavail, bsize, ffree, files } = disk;
    const freeBytes = bavail * bsize;
    if (freeBytes < minFreeBytes) {
      return `its disk has ${Math.floor(freeBytes / MEBIBYTE)} MiB left, and needs ${minFreeBytes / MEBIBYTE}`;
    }
    // Some filesystems have no fixed number of files, and report none.
    if (files > 0 && ffree < MIN_FREE_FILES) return `its disk takes ${ffree} more files, and needs ${MIN_FREE_FILES}`;
    return undefined;
  }
}
