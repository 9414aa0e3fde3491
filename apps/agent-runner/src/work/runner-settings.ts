import { GithubServer } from '@syntropic/orchestration/contracts';
import { totalmem } from 'node:os';
import type { RunnerConfig } from '../agent-runner.variables';
import type { Graces, OutputLimits } from '../session';
import type { DefaultLimits } from '../workspaces';

export type RunnerSettings = Readonly<{
  /** Kept over restarts: it holds the runner's name, workspaces and spools. */
  directory: string;
  /** Number of sessions that run at the same time. */
  slots: number;
  graces: Graces;
  /** The time a paused agent stays in memory before its workspace is parked. */
  pauseHoldMs: number;
  /** A limit of a provider that resets sooner is left to the agent. */
  limitPauseMs: number;
  /** The server that repositories are cloned from. */
  github: GithubServer;
  allowFileRepositories: boolean;
  /** The most that is kept of a session's output. */
  output: OutputLimits;
  /** The disk of a workspace that asks for none. */
  diskBytes: number;
  /** The memory that the workspaces may hold together. */
  memoryBytes: number;
  /** The room on the disk that a session needs to begin. */
  minFreeBytes: number;
}>;

const MEGABYTE = 1024 * 1024;

/** The machine's memory, or that of the control group that the runner is in. */
function machineMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

export const settingsOf = (config: RunnerConfig): RunnerSettings => ({
  directory: config.RUNNER_DIR,
  slots: config.RUNNER_SLOTS,
  graces: {
    resultMs: config.RESULT_GRACE_SECONDS,
    interruptMs: config.CANCEL_GRACE_SECONDS / 2,
    terminateMs: config.CANCEL_GRACE_SECONDS / 2,
  },
  pauseHoldMs: config.PAUSE_HOLD_SECONDS,
  limitPauseMs: config.LIMIT_PAUSE_SECONDS,
  github: new GithubServer(config.GITHUB_URL),
  allowFileRepositories: config.SYN_LOCAL_REPOS,
  output: { bytes: config.OUTPUT_MAX_MB * MEGABYTE, lines: config.OUTPUT_MAX_LINES },
  diskBytes: config.WORKSPACE_DISK_MB * MEGABYTE,
  memoryBytes: config.RUNNER_MEMORY_MB === undefined ? machineMemory() : config.RUNNER_MEMORY_MB * MEGABYTE,
  minFreeBytes: config.RUNNER_MIN_FREE_MB * MEGABYTE,
});

/** The limits of workspaces that ask for none. */
export const defaultLimitsOf = (config: RunnerConfig): DefaultLimits => ({
  memoryBytes: config.WORKSPACE_MEMORY_MB * MEGABYTE,
  pids: config.WORKSPACE_PIDS,
  cpus: config.WORKSPACE_CPUS,
  diskBytes: config.WORKSPACE_DISK_MB * MEGABYTE,
  inodes: config.WORKSPACE_INODES,
});
