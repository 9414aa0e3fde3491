import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceLimits } from '@syntropic/orchestration/contracts';
import { SETTINGS } from '../injection-tokens';
import type { Backend, Limit } from '../workspaces';
import type { RunnerSettings } from './runner-settings';

const MEBIBYTE = 1024 ** 2;
/** More than any machine has. */
const HUGE_BYTES = 2 ** 50;

const NAMES: Readonly<Partial<Record<Limit, WorkspaceLimits['unheld'][number]>>> = {
  memoryBytes: 'memory_mb',
  pids: 'pids',
  cpus: 'cpus',
  diskBytes: 'disk_mb',
};

/** The limits of workspaces that this runner can hold, so that a start which asks for others is refused. */
@Injectable()
export class HeldLimits {
  constructor(@Inject(SETTINGS) private readonly settings: Pick<RunnerSettings, 'memoryBytes'>) {}

  async of(backend: Backend, unheld: readonly Limit[]): Promise<WorkspaceLimits> {
    const usual = await backend.memoryOf({});
    const most = Math.max(this.settings.memoryBytes, usual);
    // Workspaces that take nothing of this machine's memory are not bounded by it.
    const memory = unheld.includes('memoryBytes') || usual === 0 ? undefined : most;
    const disk = unheld.includes('diskBytes') ? undefined : await largestDisk(backend, most, usual);
    return {
      unheld: unheld.flatMap((limit) => NAMES[limit] ?? []),
      most: { memory_mb: inMebibytes(memory), disk_mb: inMebibytes(disk) },
    };
  }
}

/** The disk with which a workspace fills all memory; undefined where the disk is no memory. */
async function largestDisk(backend: Backend, most: number, usual: number): Promise<number | undefined> {
  const withHuge = await backend.memoryOf({ diskBytes: HUGE_BYTES });
  return withHuge === usual ? undefined : most - (withHuge - HUGE_BYTES);
}

const inMebibytes = (bytes: number | undefined) => (bytes === undefined ? undefined : Math.floor(bytes / MEBIBYTE));
