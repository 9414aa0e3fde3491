import { setTimeout as pause } from 'node:timers/promises';
import type { ControlGroup } from './control-group';
import { isStopped } from './process-table';

const LOOK_AGAIN_MS = 2;

/** All processes of a workspace, acted on as one: by their control group, else one by one until nothing changes any more. */
export class WorkspaceProcesses {
  constructor(
    private readonly group: ControlGroup | undefined,
    private readonly traced: () => Promise<readonly number[]>,
  ) {}

  async members(): Promise<readonly number[]> {
    return this.group ? this.group.members() : this.traced();
  }

  async freeze(): Promise<void> {
    // A process may start another one while it is being stopped: done when two looks see the same, all of it stopped.
    for (let before = ''; ;) {
      const pids = await this.members();
      if (await this.#stop(pids)) return;
      const stopped = await Promise.all(pids.map((pid) => isStopped(pid)));
      const now = pids.join();
      if (stopped.every(Boolean) && now === before) return;
      before = now;
      await pause(LOOK_AGAIN_MS);
    }
  }

  async thaw(): Promise<void> {
    if (this.group?.canFreeze) await this.group.thaw();
    else send('SIGCONT', await this.members());
  }

  /** Resolves when no process is left. */
  async kill(): Promise<void> {
    while ((await this.members()).length > 0) {
      if (this.group?.canKill) await this.group.kill();
      else send('SIGKILL', await this.members());
      // Version 1 keeps a frozen process from dying.
      if (this.group?.canFreeze) await this.group.thaw();
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** Whether the kernel says that all have stopped; without a group, or in version 1, one has to look. */
  async #stop(pids: readonly number[]): Promise<boolean> {
    if (this.group?.canFreeze) return this.group.freeze();
    send('SIGSTOP', pids);
    return false;
  }
}

function send(signal: NodeJS.Signals, pids: readonly number[]): void {
  for (const pid of pids) sendTo(pid, signal);
}

/** Signals a process, or a group of processes if the number is negative; one that has gone needs no signal. */
export function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
