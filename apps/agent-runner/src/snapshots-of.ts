import { join } from 'node:path';
import type { RunnerConfig } from './agent-runner.variables';
import { Snapshots } from './setup/snapshots';

const MEBIBYTE = 1024 ** 2;
const HOUR_MS = 3_600_000;

/** The snapshots of a runner, ready to be used. */
export async function snapshotsOf(config: RunnerConfig): Promise<Snapshots> {
  const snapshots = new Snapshots({
    directory: join(config.RUNNER_DIR, 'snapshots'),
    bytes: config.SNAPSHOT_MAX_MB * MEBIBYTE,
    count: config.SNAPSHOT_MAX_COUNT,
    ageMs: config.SNAPSHOT_MAX_AGE_HOURS * HOUR_MS,
    minFreeBytes: config.RUNNER_MIN_FREE_MB * MEBIBYTE,
  });
  await snapshots.open();
  return snapshots;
}
