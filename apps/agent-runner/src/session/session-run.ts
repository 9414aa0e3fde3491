import type { YieldPoint } from '@syntropic/orchestration/contracts';
import type { InputProtocol, Provider } from '../providers';
import type { SessionSocket } from '../session-socket';
import type { AgentProcess, AgentSignal, Workspace } from '../workspaces';
import { AgentOutput, type Outline } from './agent-output';
import { AgentPause } from './agent-pause';
import { collectArtifacts, leftOutNotice, NO_ARTIFACTS, type CollectedArtifacts } from './artifacts';
import { deferred } from './deferred';
import { faultyLeg, finishedLeg, type FinishedLeg, type StopReason } from './finished-leg';
import { GracefulKill, type Graces } from './graceful-kill';
import { LiveInput } from './live-input';
import { OUTPUT_LIMITS, type OutputLimits } from './output-budget';
import { OutputSpooler } from './output-spooler';
import { PausableTimer } from './pausable-timer';
import { ResultGrace } from './result-grace';
import type { Spool } from './spool';
import { WorkspaceFreezer } from './workspace-freezer';
import { YieldPoints } from './yield-points';

export type LegSettings = Readonly<{
  /** From 1; above 1 the session continues in the directory of its parked leg. */
  leg: number;
  yields: Provider['yields'];
  canResume: boolean;
  timeoutMs: number;
  graces: Graces;
  /** The limit of the workspace's disk, if it has one. */
  diskBytes?: number | undefined;
  output?: OutputLimits | undefined;
  /** Parses a line of an agent's protocol; undefined for an agent without one. */
  outline: Outline | undefined;
  /** Called when the agent tells of a limit that refuses its calls until then. */
  onLimit?: ((resetsAt: number) => void) | undefined;
  /** The protocol of the agent's input; undefined for an agent whose input is closed. */
  input?: InputProtocol | undefined;
  /** Closed when the leg has ended. */
  socket: SessionSocket;
}>;

const ENDED_AFTER_RESULT = 'the agent did not exit after its result: it was ended, and the result stands';

const GIVE_WAY: ReadonlySet<StopReason> = new Set(['parked', 'after_result', 'outgrown']);

/** An agent that must not do anything more is not asked to end. */
const AT_ONCE: ReadonlySet<StopReason> = new Set(['abandoned', 'outgrown']);

/** One leg of an agent's session, from the start of its process until no process of the workspace is left. */
export class SessionRun {
  readonly finished: Promise<FinishedLeg>;
  readonly #timer: PausableTimer;
  readonly #grace: ResultGrace;
  readonly #freezer: WorkspaceFreezer;
  readonly #kill: GracefulKill;
  readonly #pause: AgentPause;
  readonly #output: AgentOutput;
  readonly #input: LiveInput | undefined;
  readonly #fault = deferred<never>();
  /** Aborted when the session is stopped after its agent has exited. */
  readonly #stopped = new AbortController();
  #stopReason: StopReason | undefined;
  #excess: string | undefined;
  readonly #watched = new AbortController();
  #artifacts = NO_ARTIFACTS;
  #hasEnded = false;

  constructor(
    private readonly settings: LegSettings,
    private readonly workspace: Workspace,
    private readonly agent: AgentProcess,
    readonly spool: Spool,
  ) {
    const { leg, yields, timeoutMs, graces, outline, socket } = settings;
    this.#timer = new PausableTimer(timeoutMs, () => {
      this.#stop(this.#grace.hasResult ? 'after_result' : 'timed_out');
    });
    this.#grace = new ResultGrace(graces.resultMs, () => {
      this.#stop('after_result');
    });
    this.#freezer = new WorkspaceFreezer(workspace, [this.#timer, this.#grace]);
    this.#kill = new GracefulKill((signal) => this.#signal(signal), agent.exit, graces);
    const [freezer, grace, onFault] = [this.#freezer, this.#grace, this.#fault.reject];
    const yieldPoints = new YieldPoints(socket.tools);
    this.#pause = new AgentPause({ freezer, yields, socket, yieldPoints, grace, onFault });
    const spooler = new OutputSpooler({ leg, spool, limits: settings.output ?? OUTPUT_LIMITS });
    this.#input = settings.input && new LiveInput(agent.stdin, settings.input);
    const [pause, input] = [this.#pause, this.#input];
    const { onLimit } = settings;
    this.#output = new AgentOutput({ spooler, outline, freezer, pause, grace, input, yieldPoints, onLimit });
    socket.fault.catch(onFault);
    this.#timer.start();
    this.#watch().catch(this.#fault.reject);
    this.finished = this.#run();
  }

  /** Resolves when the agent is frozen at a yield point; with undefined when it ended or was resumed first. */
  requestPause(): Promise<YieldPoint | undefined> {
    if (this.#stopReason || this.#hasEnded) return Promise.resolve(undefined);
    return this.#pause.request();
  }

  /** Thaws a paused agent, or withdraws the request to pause it. */
  resume(): Promise<void> {
    return this.#pause.resume();
  }

  /** The agent's working directory, as the host sees it. */
  get directory(): string {
    return this.workspace.directory;
  }

  /** The agent's home, as the host sees it. */
  get home(): string {
    return this.workspace.home;
  }

  /** True when a later leg continues the agent's conversation. */
  get canResume(): boolean {
    return this.settings.canResume;
  }

  /** The agent's input, for messages while it runs; undefined for an agent that reads none. */
  get input(): Pick<LiveInput, 'inject' | 'delivery' | 'interrupt'> | undefined {
    return this.#input;
  }

  /** Freezes at once, without waiting for a yield point, while the lease is uncertain. */
  suspend(): Promise<void> {
    void this.settings.socket.hold('lease_uncertain');
    return this.#freezer.freeze('lease_uncertain');
  }

  async unsuspend(): Promise<void> {
    await this.#freezer.thaw('lease_uncertain');
    if (!this.#freezer.has('lease_uncertain')) this.settings.socket.release('lease_uncertain');
  }

  /** Ends the agent gracefully: SIGINT, SIGTERM, SIGKILL. */
  cancel(): void {
    this.#stop('cancelled');
  }

  /** Ends the agent gracefully; directory and spool stay for the next leg. An agent that has ended by itself has done its work. */
  park(): void {
    if (!this.#hasEnded) this.#stop('parked');
  }

  /** Kills every process at once, because the lease is lost. */
  abandon(): void {
    this.#stop('abandoned');
  }

  /** Collected when the leg has finished; empty when it was parked or abandoned. */
  get artifacts(): CollectedArtifacts {
    return this.#artifacts;
  }

  /** Removes the workspace; the spool stays. */
  destroy(): Promise<void> {
    return this.workspace.destroy();
  }

  async #watch(): Promise<void> {
    this.#excess = await this.workspace.outgrown(this.#watched.signal);
    if (this.#excess !== undefined && !this.#hasEnded) this.#stop('outgrown');
  }

  async #run(): Promise<FinishedLeg> {
    try {
      const finished = await this.#waitForEnd();
      if (finished.outcome !== 'parked' && finished.outcome !== 'abandoned') await this.#collect();
      return finished;
    } catch (error) {
      return faultyLeg(error, { stopReason: this.#stopReason, legEnd: this.#kill.legEnd });
    } finally {
      this.spool.finish();
    }
  }

  async #waitForEnd(): Promise<FinishedLeg> {
    try {
      const ended = Promise.all([this.agent.exit, this.#output.read(this.agent)]);
      const [exit] = await Promise.race([ended, this.#fault.promise]);
      // A session reported as held reports its end only after it was resumed.
      await this.#freezer.waitForThaw();
      return finishedLeg(exit, {
        outOfMemory: await this.workspace.outOfMemory(),
        stopReason: this.#stopReason,
        legEnd: this.#kill.legEnd,
        timeoutMs: this.settings.timeoutMs,
        excess: this.#excess,
        stderrTail: this.#output.stderrTail,
      });
    } catch (error) {
      // An agent whose output cannot be spooled, or that cannot be frozen, must not continue.
      await this.#kill.kill();
      return faultyLeg(error, { stopReason: this.#stopReason, legEnd: this.#kill.legEnd });
    } finally {
      this.#hasEnded = true;
      this.#watched.abort();
      this.#stopTimers();
      this.#pause.withdraw();
      await this.workspace.release();
      await this.settings.socket.close();
    }
  }

  async #collect(): Promise<void> {
    const { diskBytes } = this.settings;
    this.#artifacts = await collectArtifacts(this.workspace.directory, { diskBytes }, this.#stopped.signal);
    const notice = leftOutNotice(this.#artifacts);
    if (notice !== undefined) this.#output.notify(notice);
  }

  /** The latest reason decides the outcome, except for those that do not replace an earlier one. */
  #stop(reason: StopReason): void {
    const isFirst = this.#stopReason === undefined;
    if (isFirst || !GIVE_WAY.has(reason)) this.#stopReason = reason;
    if (isFirst && reason === 'after_result') this.#output.notify(ENDED_AFTER_RESULT);
    if (this.#hasEnded) this.#stopped.abort();
    this.spool.liftBound();
    this.#stopTimers();
    this.#pause.withdraw();
    if (AT_ONCE.has(reason)) this.#kill.kill().catch(this.#fault.reject);
    else if (isFirst) this.#terminate(reason === 'after_result' ? 'TERM' : 'INT').catch(this.#fault.reject);
  }

  /** Closes the freezer also for an agent that has exited already: a pause may still delay its end. */
  async #terminate(first: 'INT' | 'TERM'): Promise<void> {
    await this.#kill.terminate(first);
    await this.#freezer.close();
  }

  #stopTimers(): void {
    this.#timer.stop();
    this.#grace.stop();
  }

  /** Signals before it thaws, so that a frozen agent handles the signal before it does anything else. */
  async #signal(signal: AgentSignal): Promise<void> {
    await this.workspace.signal(signal);
    await this.#freezer.close();
  }
}
