import type { AgentConfiguration, YieldPoint } from '@syntropic/orchestration/contracts';
import type { Readable } from 'node:stream';
import type { PhaseSettings, Provider } from '../providers';
import type { AgentProcess, AgentSignal, Backend, Exit, Limits, Workspace } from '../workspaces';
import { collectArtifacts, NOTHING_LEFT, type Collected } from './artifacts';
import { Boundaries } from './boundaries';
import { Countdown } from './countdown';
import { deferred, type Deferred } from './deferred';
import { Ending, type Graces, type LegEnd } from './ending';
import { linesOf } from './lines';
import { renderPrompt, type PromptContext } from './prompt';
import { Spool } from './spool';
import { stage, type Staging } from './staging';
import { Stillness } from './stillness';

export interface SessionSpec extends Staging {
  readonly sessionId: string;
  /** From 1; above 1 the session goes on in the directory where it was parked. */
  readonly leg: number;
  /** The session's own directory: workspace and spool. */
  readonly directory: string;
  readonly backend: Backend;
  readonly provider: Provider;
  readonly agent: AgentConfiguration;
  readonly settings: PhaseSettings;
  readonly promptTemplate: string;
  readonly prompt: PromptContext;
  readonly limits: Limits;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly graces: Graces;
}

/** How a leg can be ended from outside. */
type Asked = 'cancelled' | 'timed_out' | 'parked' | 'abandoned';
type Outcome = 'completed' | 'failed' | Asked;

export interface Finished {
  readonly outcome: Outcome;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly legEnd: LegEnd;
  readonly error?: string;
}

const COMPLAINT_CHARACTERS = 2_000;
/** Of the files that are no artifacts. */
const LEFT_OUT_NAMED = 20;

/** Prepares a workspace and starts the agent in it. What the workflow's author can mend is thrown as a refusal. */
export async function startSession(spec: SessionSpec): Promise<SessionRun> {
  const { backend, provider, sessionId, leg, agent, directory, limits, environment } = spec;
  const prompt = renderPrompt(spec.promptTemplate, spec.prompt);
  const plan = await provider.plan({ agent, sessionId, leg, prompt, ...spec.settings });
  const workspace = await backend.create({ id: sessionId, directory, limits, environment });
  try {
    await stage(workspace.directory, spec);
    await workspace.handOver();
    spec.clone.signal?.throwIfAborted();
    const process = workspace.spawn(plan.argv, plan);
    return new SessionRun(spec, workspace, process, Spool.open(directory));
  } catch (error) {
    // What an earlier leg left is not lost with a start that failed.
    await (leg === 1 ? workspace.destroy() : workspace.release());
    throw error;
  }
}

/** One leg of an agent's session, from its start until nothing of it runs. */
export class SessionRun {
  readonly finished: Promise<Finished>;
  readonly #boundaries = new Boundaries();
  readonly #stillness: Stillness;
  readonly #countdown: Countdown;
  readonly #ending: Ending;
  readonly #fault = deferred<never>();
  #pause: Deferred<YieldPoint | undefined> | undefined;
  #asked: Asked | undefined;
  #complaint = '';
  #left = NOTHING_LEFT;
  #over = false;

  constructor(
    private readonly spec: SessionSpec,
    private readonly workspace: Workspace,
    private readonly agent: AgentProcess,
    readonly spool: Spool,
  ) {
    this.#countdown = new Countdown(spec.timeoutMs, () => {
      this.#end('timed_out');
    });
    this.#stillness = new Stillness(workspace, this.#countdown);
    this.#ending = new Ending((signal) => this.#send(signal), agent.exit, spec.graces);
    this.#countdown.start();
    this.finished = this.#run();
  }

  /** Resolves when the agent stands still at a yield point; with nothing if it ended or was resumed before it came to one. */
  requestPause(): Promise<YieldPoint | undefined> {
    if (this.#asked || this.#over) return Promise.resolve(undefined);
    if (this.#pause) return this.#pause.promise;

    this.#pause = deferred();
    if (this.spec.provider.yields === 'anywhere') void this.#standStill('between_lines', this.#pause);
    return this.#pause.promise;
  }

  /** Goes on, or forgets that a pause was asked for. */
  async resume(): Promise<void> {
    this.#forgetPause();
    await this.#stillness.end('paused');
  }

  /** Freezes at once, whatever the agent is doing, while the lease is in doubt. */
  suspend(): Promise<void> {
    return this.#stillness.begin('lease_in_doubt');
  }

  unsuspend(): Promise<void> {
    return this.#stillness.end('lease_in_doubt');
  }

  /** INT, TERM, KILL, each after the other's grace. */
  cancel(): void {
    this.#end('cancelled');
  }

  /** Ends the agent in the same way; directory and spool stay for the next leg. */
  park(): void {
    this.#end('parked');
  }

  /** The lease is lost: every process dies at once. */
  abandon(): void {
    this.#end('abandoned');
  }

  /** What the agent left, once it has finished; nothing where it goes on with another leg, or nobody may speak for it. */
  get left(): Collected {
    return this.#left;
  }

  /** Removes the workspace; the spool stays. */
  destroy(): Promise<void> {
    return this.workspace.destroy();
  }

  async #run(): Promise<Finished> {
    try {
      const finished = await this.#ended();
      if (finished.outcome !== 'parked' && finished.outcome !== 'abandoned') await this.#collect();
      return finished;
    } finally {
      this.spool.finish();
    }
  }

  async #ended(): Promise<Finished> {
    try {
      const told = Promise.all([this.#take('stdout', this.agent.stdout), this.#take('stderr', this.agent.stderr)]);
      const [exit] = await Promise.race([Promise.all([this.agent.exit, told]), this.#fault.promise]);
      // Who was told that it stands still is not told that it has ended before it goes on.
      await this.#stillness.passed();
      return this.#result(exit);
    } catch (error) {
      // What cannot be written down or stopped must not go on.
      await this.#ending.atOnce();
      return { ...NO_EXIT, outcome: this.#asked ?? 'failed', legEnd: this.#ending.legEnd, error: messageOf(error) };
    } finally {
      this.#over = true;
      this.#countdown.stop();
      this.#forgetPause();
      await this.workspace.release();
    }
  }

  /** What is left out is told like anything else of the session: to whoever watches, and in its transcript. */
  async #collect(): Promise<void> {
    this.#left = await collectArtifacts(this.workspace.directory);
    const { leftOut } = this.#left;
    if (leftOut.length === 0) return;

    const named = leftOut.slice(0, LEFT_OUT_NAMED).map(({ path, why }) => `${path} (${why})`);
    const more = leftOut.length > named.length ? ` and ${leftOut.length - named.length} more` : '';
    const message = `left out of the artifacts: ${named.join(', ')}${more}`;
    const text = JSON.stringify({ event_type: 'system_notification', context: { level: 'warning', message } });
    this.spool.append({ leg: this.spec.leg, at: new Date().toISOString(), stream: 'runner', text });
  }

  async #take(stream: 'stdout' | 'stderr', readable: Readable): Promise<void> {
    for await (const text of linesOf(readable)) {
      const boundary = stream === 'stdout' ? this.#boundaries.pass(text) : NO_BOUNDARY;
      await this.#yieldAt(boundary.before);
      await this.#stillness.passed();
      this.spool.append({ leg: this.spec.leg, at: new Date().toISOString(), stream, text });
      if (stream === 'stderr') this.#complaint = `${this.#complaint}${text}\n`.slice(-COMPLAINT_CHARACTERS);
      await this.#yieldAt(boundary.after);
    }
  }

  async #yieldAt(yieldPoint: YieldPoint | undefined): Promise<void> {
    if (!yieldPoint || !this.#pause || this.#stillness.has('paused')) return;
    if (this.spec.provider.yields === 'output') await this.#standStill(yieldPoint, this.#pause);
  }

  async #standStill(yieldPoint: YieldPoint, pause: Deferred<YieldPoint | undefined>): Promise<void> {
    try {
      await this.#stillness.begin('paused');
      if (this.#stillness.has('paused')) pause.resolve(yieldPoint);
    } catch (error) {
      this.#fault.reject(error);
    }
  }

  #forgetPause(): void {
    this.#pause?.resolve(undefined);
    this.#pause = undefined;
  }

  #end(outcome: Asked): void {
    const first = this.#asked === undefined;
    this.#asked = first || outcome !== 'parked' ? outcome : this.#asked;
    this.#countdown.stop();
    this.#forgetPause();
    if (outcome === 'abandoned') this.#ending.atOnce().catch(this.#fault.reject);
    else if (first) this.#endGently().catch(this.#fault.reject);
  }

  /** One that has ended by itself needs no signal, but may be kept from being told. */
  async #endGently(): Promise<void> {
    await this.#ending.gently();
    await this.#stillness.endForGood();
  }

  /** A frozen agent meets the signal as the first thing when it thaws. */
  async #send(signal: AgentSignal): Promise<void> {
    await this.workspace.signal(signal);
    await this.#stillness.endForGood();
  }

  #result({ code, signal }: Exit): Finished {
    const outcome: Outcome = this.#asked ?? (code === 0 ? 'completed' : 'failed');
    const end = { outcome, exitCode: code, signal, legEnd: this.#ending.legEnd };
    if (outcome === 'failed') return { ...end, error: `${nameOf(code, signal)}\n${this.#complaint}`.trim() };
    if (outcome === 'timed_out') return { ...end, error: `it took longer than ${this.spec.timeoutMs / 1_000} s` };
    return end;
  }
}

const NO_BOUNDARY = { before: undefined, after: undefined };
const NO_EXIT = { exitCode: null, signal: null };

const nameOf = (code: number | null, signal: NodeJS.Signals | null) =>
  signal === null ? `the agent ended with exit code ${String(code)}` : `the agent was ended by ${signal}`;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
