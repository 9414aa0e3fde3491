import { setTimeout as wait } from 'node:timers/promises';
import type { ControlGroup } from './control-group';
import { isStopped } from './process-table';

const POLL_MS = 2;

/** All processes of a workspace. Acts on their control group, or without one on each process until their set is stable. */
export class WorkspaceProcesses {
  constructor(
    private readonly group: ControlGroup | undefined,
    private readonly traced: () => Promise<readonly number[]>,
    /** The process that the runner has started: it enters the group by itself, a moment later. */
    private readonly starter: () => number | undefined = () => undefined,
  ) {}

  async members(): Promise<readonly number[]> {
    return this.group ? this.group.members() : this.traced();
  }

  async freeze(): Promise<void> {
    // A process may fork while it is being stopped: done when two polls list the same processes, all of them stopped.
    for (let before = ''; ;) {
      const pids = await this.members();
      if (this.#stop(pids)) return;
      const stopped = await Promise.all(pids.map((pid) => isStopped(pid)));
      const now = pids.join();
      if (stopped.every(Boolean) && now === before) return;
      before = now;
      await wait(POLL_MS);
    }
  }

  async thaw(): Promise<void> {
    if (this.group?.canFreeze) this.group.thaw();
    else signalAll(await this.members(), 'SIGCONT');
  }

  /** Resolves when no process is left. */
  async kill(): Promise<void> {
    while ((await this.members()).length > 0 || this.starter() !== undefined) {
      await this.#signalToEnd();
      const starter = this.starter();
      if (starter !== undefined) signalProcess(starter, 'SIGKILL');
      await wait(POLL_MS);
    }
  }

  async #signalToEnd(): Promise<void> {
    if (this.group?.canKill) {
      this.group.kill();
      return;
    }
    signalAll(await this.members(), 'SIGKILL');
    // Version 1 keeps a frozen process from dying.
    if (this.group?.canFreeze) this.group.thaw();
  }

  /** True when the kernel confirms that all have stopped. Version 1 and plain signals cannot confirm: the caller polls. */
  #stop(pids: readonly number[]): boolean {
    if (this.group?.canFreeze) return this.group.freeze();
    signalAll(pids, 'SIGSTOP');
    return false;
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) signalProcess(pid, signal);
}

/** Signals a process, or a process group if the number is negative. Processes that have exited are ignored. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
