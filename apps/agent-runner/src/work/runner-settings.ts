import type { RunnerConfig } from '../agent-runner.variables';
import type { Graces } from '../session';

export type RunnerSettings = Readonly<{
  /** Kept over restarts: it holds the runner's name, workspaces and spools. */
  directory: string;
  /** Number of sessions that run at the same time. */
  slots: number;
  graces: Graces;
  /** The time a paused agent stays in memory before its workspace is parked. */
  pauseHoldMs: number;
  allowFileRepositories: boolean;
}>;

export const settingsOf = (config: RunnerConfig): RunnerSettings => ({
  directory: config.RUNNER_DIR,
  slots: config.RUNNER_SLOTS,
  graces: { interruptMs: config.CANCEL_GRACE_SECONDS, terminateMs: config.CANCEL_GRACE_SECONDS },
  pauseHoldMs: config.PAUSE_HOLD_SECONDS,
  allowFileRepositories: config.SYN_LOCAL_REPOS,
});
