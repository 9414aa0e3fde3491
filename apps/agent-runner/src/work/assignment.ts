import { CompleteSession, StartSession } from '@syntropic/agent-sessions/contracts';
import { DomainError, NO_USAGE, type Lease } from '@syntropic/kernel';
import {
  CreateWorkspace,
  HoldPhase,
  InterruptPhase,
  ParkPhase,
  ReleaseWork,
  TerminateWorkspace,
  workspaceIdOf,
  type Control,
  type WorkOrder,
} from '@syntropic/orchestration/contracts';
import { setTimeout as pause } from 'node:timers/promises';
import { startSession, type Finished, type SessionRun } from '../session';
import type { Facilities } from './facilities';
import { LeasedCommands, LeaseLost } from './leased-commands';
import type { Held } from './leases';
import { PatientObjects } from './patient-objects';
import { recordArtifacts } from './produced-artifacts';
import { specOf } from './session-spec';
import { TelemetryLane } from './telemetry-lane';
import { verdictOf } from './verdict';

/** One session that this runner holds, from the claim until the work is given back. */
export class Assignment implements Held {
  readonly lease: Lease;
  readonly #lost = new AbortController();
  readonly #commands: LeasedCommands;
  #run: SessionRun | undefined;
  #asked: Control = 'run';
  #inDoubt = false;
  #isLeaving = false;
  /** Present while the agent stands still because of a pause. */
  #stillness: AbortController | undefined;
  #holds = 0;

  constructor(
    private readonly order: WorkOrder,
    private readonly facilities: Facilities,
  ) {
    const { sessionId, token, executionId } = order;
    this.lease = { sessionId, token };
    const holding = { runner: facilities.runner, executionId, lease: this.lease, signal: this.#lost.signal };
    this.#commands = new LeasedCommands(facilities.commands, holding);
  }

  asked(control: Control): void {
    if (control === this.#asked) return;
    this.#asked = control;
    this.#obey();
  }

  doubt(): void {
    this.#inDoubt = true;
    this.#background(this.#run?.suspend());
  }

  trust(): void {
    this.#inDoubt = false;
    this.#background(this.#run?.unsuspend());
  }

  lost(): void {
    this.#lost.abort();
    this.#run?.abandon();
  }

  /** The runner is going: an agent that stands still is parked, one that runs is ended and its phase interrupted. */
  leave(): void {
    this.#isLeaving = true;
    if (this.#stillness) this.#run?.park();
    else this.#run?.cancel();
  }

  /** Settles when nothing of the session is left here but what is parked. */
  async work(): Promise<void> {
    const { leases, directories, onFault } = this.facilities;
    leases.hold(this);
    try {
      const as = await this.#session();
      await this.#commands.say('work', ReleaseWork, { ...this.lease, as });
    } catch (error) {
      if (!(error instanceof LeaseLost) && !this.#lost.signal.aborted) onFault(error);
      await this.#abandon().catch(onFault);
      await directories.remove(this.order.sessionId).catch(onFault);
    } finally {
      leases.letGo(this.lease);
    }
  }

  async #session(): Promise<'closed' | 'parked'> {
    const { sessionId, executionId, phaseId, workflowId, agent, model, repos, leg } = this.order;
    const session = { sessionId, executionId, phaseId, workflowId, provider: agent.provider, model, repos };
    await this.#commands.say('agent-sessions', StartSession, session);

    const { directories, collector } = this.facilities;
    const { directory, legEnds } = await directories.open(sessionId);
    const run = await this.#started(directory);
    if (!run) return 'closed';
    const lane = new TelemetryLane(collector, this.order, run.spool, legEnds, this.#lost.signal);
    const [finished] = await Promise.all([run.finished, lane.run()]);
    this.#endStillness();
    this.#lost.signal.throwIfAborted();
    await directories.noteLegEnd(sessionId, leg, finished.legEnd);
    await lane.end(finished.legEnd);

    if (finished.outcome === 'parked') return this.#park(lane);
    const isInterrupted = this.#isLeaving && finished.outcome === 'cancelled' && this.#asked !== 'cancel';
    await (isInterrupted ? this.#interrupt() : this.#complete(run, finished, lane));
    await run.destroy();
    await directories.remove(sessionId);
    return 'closed';
  }

  async #started(directory: string): Promise<SessionRun | undefined> {
    const { runner, onFault } = this.facilities;
    const { phaseId, sessionId, agent } = this.order;
    const startedAt = performance.now();
    try {
      this.#run = await startSession(
        await specOf(this.order, this.facilities, { directory, signal: this.#lost.signal }),
      );
    } catch (error) {
      this.#lost.signal.throwIfAborted();
      // The author of the workflow can mend a refusal; anything else is ours to know of as well.
      if (!(error instanceof DomainError)) onFault(error);
      await this.#failToStart(error);
      return undefined;
    }
    this.#obey();
    if (this.#inDoubt) this.doubt();

    const durationMs = Math.round(performance.now() - startedAt);
    const place = { phaseId, sessionId, backend: agent.isolation, runner, durationMs };
    await this.#commands.say('orchestration', CreateWorkspace, { ...this.#workspace(), ...place });
    return this.#run;
  }

  async #failToStart(error: unknown): Promise<void> {
    const { sessionId, executionId } = this.order;
    await this.#commands.say('agent-sessions', CompleteSession, {
      sessionId,
      executionId,
      status: 'failed',
      error: error instanceof Error ? error.message : String(error),
      errorType: 'workspace_failed',
      usage: NO_USAGE,
    });
    await this.facilities.directories.remove(sessionId);
  }

  async #park(lane: TelemetryLane): Promise<'parked'> {
    const { runner } = this.facilities;
    const why = this.#isLeaving ? 'shutdown' : 'hold_expired';
    await this.#commands.say('orchestration', ParkPhase, { ...this.#phase(), runner, why, usage: lane.usage });
    await this.#terminated('parked');
    return 'parked';
  }

  async #interrupt(): Promise<void> {
    await this.#terminated('interrupted');
    await this.#commands.say('orchestration', InterruptPhase, { ...this.#phase(), why: 'shutdown' });
  }

  async #complete(run: SessionRun, finished: Finished, lane: TelemetryLane): Promise<void> {
    const { sessionId, executionId } = this.order;
    const objects = new PatientObjects(this.facilities, this.#lost.signal);
    const verdict = verdictOf(finished, lane.outcome);
    const artifacts = await recordArtifacts(await run.collect(), this.order, objects, this.#commands);
    const transcript = await objects.put({ file: run.spool.file });

    await this.#terminated(verdict.status);
    await this.#commands.say('agent-sessions', CompleteSession, {
      sessionId,
      executionId,
      ...verdict,
      usage: lane.usage,
      artifacts,
      telemetryEvents: lane.events,
      transcriptUri: transcript.uri,
    });
  }

  #terminated(why: 'completed' | 'failed' | 'cancelled' | 'parked' | 'interrupted'): Promise<void> {
    return this.#commands.say('orchestration', TerminateWorkspace, { ...this.#workspace(), why });
  }

  async #abandon(): Promise<void> {
    this.#run?.abandon();
    await this.#run?.finished;
    await this.#run?.destroy();
  }

  /** Brings the agent to where it is asked to be. */
  #obey(): void {
    const run = this.#run;
    if (!run || this.#isLeaving) return;
    if (this.#asked === 'cancel') run.cancel();
    else if (this.#asked === 'pause') this.#background(this.#hold(run));
    else this.#background(this.#goOn(run));
  }

  async #hold(run: SessionRun): Promise<void> {
    const yieldPoint = await run.requestPause();
    if (!yieldPoint) return;

    const stillness = new AbortController();
    this.#stillness = stillness;
    try {
      await this.#commands.say('orchestration', HoldPhase, { ...this.#phase(), yieldPoint }, `${++this.#holds}`);
    } catch (error) {
      // Taken back, or ending: it goes on until the next word of what is asked.
      if (error instanceof DomainError) await this.#goOn(run);
      else throw error;
      return;
    }
    await pause(this.facilities.pauseHoldMs, undefined, { signal: stillness.signal, ref: false }).catch(
      () => undefined,
    );
    if (!stillness.signal.aborted) run.park();
  }

  async #goOn(run: SessionRun): Promise<void> {
    this.#endStillness();
    await run.resume();
  }

  #endStillness(): void {
    this.#stillness?.abort();
    this.#stillness = undefined;
  }

  #background(work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => {
      if (!(error instanceof LeaseLost)) this.facilities.onFault(error);
    });
  }

  #phase() {
    const { executionId, phaseId, sessionId } = this.order;
    return { executionId, phaseId, sessionId };
  }

  #workspace() {
    const { executionId, sessionId, leg } = this.order;
    return { executionId, workspaceId: workspaceIdOf(sessionId, leg) };
  }
}
