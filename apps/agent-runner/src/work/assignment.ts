import { CompleteSession, StartSession } from '@syntropic/agent-sessions/contracts';
import { DomainError, NO_USAGE, type Lease, type Usage } from '@syntropic/kernel';
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
import { Spool, startSession, type Finished, type SessionRun } from '../session';
import type { Facilities } from './facilities';
import { LeasedCommands, LeaseLost } from './leased-commands';
import type { Held } from './leases';
import { PatientObjects } from './patient-objects';
import { recordArtifacts } from './produced-artifacts';
import type { OpenDirectory } from './session-directories';
import { specOf } from './session-spec';
import { Steering } from './steering';
import { TelemetryLane } from './telemetry-lane';
import { verdictOf, type Verdict } from './verdict';
import type { z } from 'zod';

/** One session that this runner holds, from the claim until the work is given back. */
export class Assignment implements Held {
  readonly lease: Lease;
  readonly #lost = new AbortController();
  readonly #commands: LeasedCommands;
  readonly #steering: Steering;
  #run: SessionRun | undefined;

  constructor(
    private readonly order: WorkOrder,
    private readonly facilities: Facilities,
  ) {
    const { sessionId, token, executionId } = order;
    this.lease = { sessionId, token };
    const holding = { runner: facilities.runner, executionId, lease: this.lease, signal: this.#lost.signal };
    this.#commands = new LeasedCommands(facilities.commands, holding);
    this.#steering = new Steering({
      sayHeld: (yieldPoint, what) =>
        this.#commands.say('orchestration', HoldPhase, { ...this.#phase(), yieldPoint }, what),
      pauseHoldMs: facilities.pauseHoldMs,
      onFault: (error) => {
        if (!(error instanceof LeaseLost)) facilities.onFault(error);
      },
    });
  }

  /** Since when its agent stands still because of a pause. */
  get heldSince(): number | undefined {
    return this.#steering.heldSince;
  }

  asked(control: Control, asOf: number): void {
    this.#steering.asked(control, asOf);
  }

  doubt(): void {
    this.#steering.doubt();
  }

  trust(): void {
    this.#steering.trust();
  }

  lost(): void {
    this.#lost.abort();
    this.#run?.abandon();
  }

  leave(): void {
    this.#steering.leave();
  }

  makeRoom(): void {
    this.#steering.makeRoom();
  }

  /** Settles when nothing of the session runs here any more. What is left on the disk is cleared away when nobody wants it. */
  async work(): Promise<void> {
    const { leases, onFault } = this.facilities;
    leases.hold(this);
    try {
      const as = await this.#session();
      await this.#commands.say('work', ReleaseWork, { ...this.lease, as });
    } catch (error) {
      if (!(error instanceof LeaseLost) && !this.#lost.signal.aborted) onFault(error);
    } finally {
      this.#steering.over();
      leases.letGo(this);
    }
  }

  async #session(): Promise<'closed' | 'parked'> {
    const { sessionId, executionId, phaseId, workflowId, agent, model, repos } = this.order;
    const session = { sessionId, executionId, phaseId, workflowId, provider: agent.provider, model, repos };
    await this.#commands.say('agent-sessions', StartSession, session);

    const place = await this.facilities.directories.open(this.order);
    const startedAt = performance.now();
    const run = await this.#started(place);
    if (!run) return 'closed';
    try {
      await this.#sayCreated(Math.round(performance.now() - startedAt));
      return await this.#followed(run, place);
    } catch (error) {
      run.abandon();
      await run.finished;
      throw error;
    } finally {
      run.spool.close();
    }
  }

  async #followed(run: SessionRun, { session, legEnds }: OpenDirectory): Promise<'closed' | 'parked'> {
    const { directories, collector } = this.facilities;
    const { sessionId, leg } = session;
    const lane = await TelemetryLane.open({ collector, session, spool: run.spool, legEnds, signal: this.#lost.signal });
    const [finished] = await Promise.all([run.finished, lane.run()]);
    this.#steering.over();
    this.#lost.signal.throwIfAborted();
    await directories.noteLegEnd(sessionId, leg, finished.legEnd);
    await lane.end(finished.legEnd);

    if (finished.outcome === 'parked') return this.#park(lane);
    const { isLeaving, isCancelled } = this.#steering;
    const isInterrupted = isLeaving && finished.outcome === 'cancelled' && !isCancelled;
    await (isInterrupted ? this.#interrupt() : this.#complete(run, finished, lane));
    await run.destroy();
    await directories.remove(sessionId);
    return 'closed';
  }

  async #started(place: OpenDirectory): Promise<SessionRun | undefined> {
    const signal = AbortSignal.any([this.#lost.signal, this.#steering.unwanted]);
    try {
      const spec = await specOf(this.order, this.facilities, { directory: place.directory, signal });
      this.#run = await startSession(spec);
      this.#steering.begin(this.#run);
      return this.#run;
    } catch (error) {
      this.#lost.signal.throwIfAborted();
      await this.#failToStart(error, place);
      return undefined;
    }
  }

  #sayCreated(durationMs: number): Promise<void> {
    const { runner } = this.facilities;
    const { phaseId, sessionId, agent } = this.order;
    const place = { phaseId, sessionId, backend: agent.isolation, runner, durationMs };
    return this.#commands.say('orchestration', CreateWorkspace, { ...this.#workspace(), ...place });
  }

  async #failToStart(error: unknown, place: OpenDirectory): Promise<void> {
    const { isCancelled, isLeaving, unwanted } = this.#steering;
    if (isLeaving && !isCancelled) {
      await this.#commands.say('orchestration', InterruptPhase, { ...this.#phase(), why: 'shutdown' });
    } else {
      // The author of the workflow can mend a refusal; anything else is ours to know of as well.
      if (!(error instanceof DomainError) && !unwanted.aborted) this.facilities.onFault(error);
      const failed = { status: 'failed', error: messageOf(error), errorType: 'workspace_failed' } as const;
      await this.#end(isCancelled ? { status: 'cancelled' } : failed, { usage: await this.#usageOfEarlierLegs(place) });
    }
    await this.facilities.directories.remove(this.order.sessionId);
  }

  async #usageOfEarlierLegs({ directory, session, legEnds }: OpenDirectory): Promise<Usage> {
    if (session.leg === 1) return NO_USAGE;
    const spool = Spool.open(directory);
    try {
      const { collector } = this.facilities;
      const lane = await TelemetryLane.open({ collector, session, spool, legEnds, signal: this.#lost.signal });
      spool.finish();
      await lane.run();
      return lane.usage;
    } finally {
      spool.close();
    }
  }

  /** From the moment the phase is parked, its next leg may begin: here and at once, with the files and the spool. */
  async #park(lane: TelemetryLane): Promise<'parked'> {
    const { runner } = this.facilities;
    const why = this.#steering.parkReason;
    await this.#terminated('parked');
    await this.#commands.say('orchestration', ParkPhase, { ...this.#phase(), runner, why, usage: lane.usage });
    return 'parked';
  }

  async #interrupt(): Promise<void> {
    await this.#terminated('interrupted');
    await this.#commands.say('orchestration', InterruptPhase, { ...this.#phase(), why: 'shutdown' });
  }

  async #complete(run: SessionRun, finished: Finished, lane: TelemetryLane): Promise<void> {
    const objects = new PatientObjects(this.facilities, this.#lost.signal);
    const verdict = verdictOf(finished, lane.outcome, run.left);
    const artifacts = await recordArtifacts(run.left, this.order, objects, this.#commands);
    const transcript = await objects.put({ file: run.spool.file });

    await this.#terminated(verdict.status);
    const { usage, events: telemetryEvents } = lane;
    await this.#end(verdict, { usage, artifacts, telemetryEvents, transcriptUri: transcript.uri });
  }

  #end(verdict: Verdict, account: Account): Promise<void> {
    const { sessionId, executionId } = this.order;
    return this.#commands.say('agent-sessions', CompleteSession, { sessionId, executionId, ...verdict, ...account });
  }

  #terminated(why: 'completed' | 'failed' | 'cancelled' | 'parked' | 'interrupted'): Promise<void> {
    return this.#commands.say('orchestration', TerminateWorkspace, { ...this.#workspace(), why });
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

/** What a session leaves besides how it ended. */
type Account = Omit<z.input<(typeof CompleteSession)['schema']>, 'sessionId' | 'executionId' | keyof Verdict>;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
