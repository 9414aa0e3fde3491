import { within } from '@syntropic/async';
import { DomainError } from '@syntropic/kernel';
import type { YieldPoint } from '@syntropic/orchestration/contracts';
import type { Plan } from '../providers';
import type { ControlledRun } from '../session/controlled-run';
import { deferred, type Deferred } from '../session/deferred';
import { memoryText } from '../session/finished-leg';
import { PausableTimer } from '../session/pausable-timer';
import { WorkspaceFreezer } from '../session/workspace-freezer';
import type { RunnerRecorder } from '../session-socket';
import type { Exit, Workspace } from '../workspaces';
import type { SetupOutput } from './setup-output';

/** A command as its author has written it, and what is run for it. */
export type SetupCommand = Readonly<{ command: string; plan: Plan }>;

type SetupRunOptions = Readonly<{
  workspace: Workspace;
  commands: readonly SetupCommand[];
  timeoutMs: number;
  output: SetupOutput;
  records: Pick<RunnerRecorder, 'note'>;
  /** Ends the commands at once. */
  signal: AbortSignal;
}>;

type StopReason = 'stopped' | 'parked' | 'timed_out' | 'outgrown';

/** Characters of a command in records and errors. */
const SHOWN = 200;

const KILL_AGAIN_MS = 50;

/** Runs the commands of a set-up one after the other. A pause holds between two of them; everything else acts at once. */
export class SetupRun implements ControlledRun {
  readonly finished: Promise<'done' | 'parked'>;
  /** Commands begin anew. */
  readonly canResume = false;
  readonly #timer: PausableTimer;
  readonly #freezer: WorkspaceFreezer;
  readonly #watched = new AbortController();
  readonly #fault = deferred<never>();
  #pause: Deferred<YieldPoint | undefined> | undefined;
  #stopReason: StopReason | undefined;
  #excess: string | undefined;
  /** The command that was begun last, for errors. */
  #place = 'its first command';
  #running: Promise<Exit> | undefined;
  #hasEnded = false;

  constructor(private readonly options: SetupRunOptions) {
    const { workspace, timeoutMs, signal } = options;
    this.#timer = new PausableTimer(timeoutMs, () => {
      this.#stop('timed_out');
    });
    this.#freezer = new WorkspaceFreezer(workspace, [this.#timer]);
    const onAbort = () => {
      this.#stop('stopped');
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.finished = Promise.race([this.#run(), this.#fault.promise]).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  }

  /** Resolves when no command runs, and none is begun; with undefined when the last one has ended, or the pause was withdrawn. */
  requestPause(): Promise<YieldPoint | undefined> {
    if (this.#hasEnded) return Promise.resolve(undefined);
    this.#pause ??= deferred();
    return this.#pause.promise;
  }

  resume(): Promise<void> {
    this.#withdrawPause();
    return this.#freezer.thaw('paused');
  }

  suspend(): Promise<void> {
    return this.#freezer.freeze('lease_uncertain');
  }

  unsuspend(): Promise<void> {
    return this.#freezer.thaw('lease_uncertain');
  }

  cancel(): void {
    this.#stop('stopped');
  }

  park(): void {
    this.#stop('parked');
  }

  abandon(): void {
    this.#stop('stopped');
  }

  async #run(): Promise<'done' | 'parked'> {
    const { commands, output, signal } = this.options;
    this.#timer.start();
    this.#watch().catch(this.#fault.reject);
    try {
      for (const [index, command] of commands.entries()) {
        await this.#yield();
        if (!this.#stopReason) await this.#command(command, index + 1);
      }
      output.end();
    } finally {
      this.#hasEnded = true;
      this.#watched.abort();
      this.#timer.stop();
      this.#withdrawPause();
    }
    if (this.#stopReason === 'stopped') {
      signal.throwIfAborted();
      throw new Error('the set-up was stopped');
    }
    return this.#stopReason === 'parked' ? 'parked' : 'done';
  }

  /** Holds while a pause is requested; there is no process in the workspace that a freeze could reach later. */
  async #yield(): Promise<void> {
    const pause = this.#pause;
    if (pause && !this.#stopReason) {
      await this.#freezer.freeze('paused');
      if (this.#freezer.has('paused')) pause.resolve('before_phase');
    }
    await this.#freezer.waitForThaw();
    this.#refuseExcess();
  }

  async #command({ command, plan }: SetupCommand, number: number): Promise<void> {
    const { workspace, commands, output, records } = this.options;
    const place = { number, of: commands.length };
    this.#place = `set-up command ${number} of ${commands.length} (${command.slice(0, SHOWN)})`;
    records.note('setup_command_started', { ...place, command: command.slice(0, SHOWN) });

    const startedAt = performance.now();
    const running = workspace.spawn(plan.argv, plan);
    this.#running = running.exit;
    const [exit] = await Promise.all([running.exit, output.read(running)]);
    this.#running = undefined;
    records.note('setup_command_ended', {
      ...place,
      ...endOf(exit),
      duration_ms: Math.round(performance.now() - startedAt),
    });
    this.#refuseExcess();
    if (!this.#stopReason && exit.code !== 0) throw refused('failed', await this.#failureOf(exit));
  }

  /** @throws DomainError for a set-up that has taken more than it may */
  #refuseExcess(): void {
    const { timeoutMs } = this.options;
    const place = this.#place;
    if (this.#stopReason === 'timed_out') {
      throw refused('timed_out', `the set-up took longer than ${timeoutMs / 1_000} s, at ${place}`);
    }
    if (this.#stopReason === 'outgrown') {
      throw refused('failed', `the workspace has outgrown its limits: ${this.#excess}, at ${place}`);
    }
  }

  async #failureOf({ code, signal }: Exit): Promise<string> {
    const { workspace, output } = this.options;
    const memory = await workspace.outOfMemory();
    const how = signal === null ? `ended with exit code ${String(code)}` : `was ended by ${signal}`;
    const lines = [`${this.#place} ${how}`, ...(memory ? [memoryText(memory)] : []), output.tail];
    return lines.join('\n').trim();
  }

  async #watch(): Promise<void> {
    this.#excess = await this.options.workspace.outgrown(this.#watched.signal);
    if (this.#excess !== undefined && !this.#hasEnded) this.#stop('outgrown');
  }

  #stop(reason: StopReason): void {
    if (this.#stopReason || this.#hasEnded) return;
    this.#stopReason = reason;
    this.#withdrawPause();
    this.#kill().catch(this.#fault.reject);
  }

  /** Again and again: a command that has only just begun may not be among the workspace's processes yet. */
  async #kill(): Promise<void> {
    do {
      await this.options.workspace.signal('SIGKILL');
      await this.#freezer.close();
    } while (this.#running && !(await within(KILL_AGAIN_MS, this.#running)));
  }

  #withdrawPause(): void {
    this.#pause?.resolve(undefined);
    this.#pause = undefined;
  }
}

const endOf = ({ code, signal }: Exit) => ({
  success: code === 0,
  ...(code !== null && { exit_code: code }),
  ...(signal !== null && { signal }),
});

const refused = (what: 'failed' | 'timed_out', message: string) =>
  new DomainError(`setup.${what}`, message, 'conflict', 'agent.setup.commands');
