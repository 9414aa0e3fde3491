import { Injectable } from '@nestjs/common';
import { DomainError, UNKNOWN_USAGE } from '@syntropic/kernel';
import type { ObjectStorage } from '@syntropic/object-storage';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { CHECKPOINT_LOST } from '../checkpoints/download';
import { reasonOf, type FinishedLeg, type SessionRun } from '../session';
import { RunnerLog } from '../work/runner-log';
import { abortedAfter } from './aborted-after';
import type { LeasedSession } from './leased-session';
import { recordArtifacts } from './produced-artifacts';
import { keptSession } from './kept-session';
import { SessionDirectories, type OpenDirectory } from './session-directories';
import type { SessionCommands } from './session-commands';
import { SessionObjects } from './session-objects';
import { sessionOutcome } from './session-outcome';
import { productsOf, structuredAnswer } from './structured-answer';
import { SessionTelemetry } from './session-telemetry';
import type { TelemetrySender } from './telemetry-sender';

/** `setup_failed` and `setup_timed_out` are of the workflow's own commands. */
function errorTypeOf(error: unknown): string {
  const code = error instanceof DomainError ? error.code : '';
  if (code === CHECKPOINT_LOST) return 'checkpoint_lost';
  return code.startsWith('setup.') ? code.replace('.', '_') : 'workspace_failed';
}

/** For the log: the files of a set-up are made anew. */
const NOTHING_KEPT = { checkpointError: 'its set-up had not ended' };

/** The time for artifacts and transcript of a session that was cancelled, or whose runner shuts down. */
const STORING_GRACE_MS = 10_000;

type ParkReason = Parameters<SessionCommands['parkPhase']>[0];

/** A session whose leg has ended, and its place on this runner's disk. */
type Ended = Readonly<{ session: LeasedSession; opened: OpenDirectory }>;

/** Reports the end of a leg to the command service, stores its artifacts, and removes the files that are not needed any more. */
@Injectable()
export class SessionCompletion {
  constructor(
    private readonly directories: SessionDirectories,
    private readonly telemetry: SessionTelemetry,
    private readonly objects: SessionObjects,
    private readonly log: RunnerLog,
  ) {}

  /** To be called when the leg's output is stored. */
  async complete(
    { session, opened }: Ended,
    run: SessionRun,
    leg: FinishedLeg,
    telemetry: TelemetrySender,
  ): Promise<'closed' | 'parked'> {
    const { order, controller } = session;
    const parked = await this.#parkReasonOf(session, leg, telemetry);
    if (parked && (await this.#park(session, parked, run, telemetry))) return 'parked';

    if (parked || (leg.outcome === 'cancelled' && controller.isShuttingDown && !controller.isCancelled)) {
      await this.#interrupt(session);
    } else await this.#completeSession({ session, opened }, run, leg, telemetry);
    await this.#removeFiles(order, run);
    return 'closed';
  }

  /** The reason to park a session whose leg has ended; undefined when the session has ended, too. */
  async #parkReasonOf(
    { controller, limits }: LeasedSession,
    { outcome }: FinishedLeg,
    { report }: Pick<TelemetrySender, 'report'>,
  ): Promise<ParkReason | undefined> {
    if (outcome === 'parked') return controller.parkReason;
    const hasEnded = outcome === 'completed' || outcome === 'failed';
    return hasEnded && (await limits.endsBy(report)) ? 'limit' : undefined;
  }

  /** False when the session cannot be parked: nothing would keep it, and no pause was asked for. */
  async #park(
    session: LeasedSession,
    why: ParkReason,
    run: SessionRun,
    { usage }: Pick<TelemetrySender, 'usage'>,
  ): Promise<boolean> {
    const { commands, controller } = session;
    const kept = await this.objects.checkpoints.keep(session, run);
    const isNeeded = controller.isShuttingDown && !controller.isPauseRequested && !controller.isCancelled;
    if (isNeeded && !('checkpoint' in kept)) return false;

    await this.#terminateWorkspace(session, 'parked');
    // From here on the next leg may start in the same directory, also on this runner.
    await commands.parkPhase(why, usage, kept);
    return true;
  }

  /** Ends a session whose agent could not be started: cancelled, interrupted or failed. Its output is stored first. */
  async failToStart(session: LeasedSession, opened: OpenDirectory, error: unknown): Promise<void> {
    const { order, commands, controller, leaseLost } = session;
    const { transcript, usage: used, telemetryEvents } = await this.telemetry.accountOfUnstarted(opened, leaseLost);
    // The output of earlier legs was lost with their checkpoint.
    const usage = order.leg > 1 && transcript === undefined ? UNKNOWN_USAGE : used;
    if (controller.isShuttingDown && !controller.isCancelled) await commands.interruptPhase();
    else {
      // The workflow's author can correct a refusal; other errors are faults of the platform.
      if (!(error instanceof DomainError) && !controller.stopRequested.aborted) this.log.fault(error);
      const failed = { status: 'failed', error: reasonOf(error), errorType: errorTypeOf(error) } as const;
      const objects = this.objects.storage.retryingUntil(this.#storingSignal(session));
      const transcriptUri = transcript === undefined ? undefined : await this.#storeTranscript(transcript, objects);
      leaseLost.throwIfAborted();
      const outcome = controller.isCancelled ? ({ status: 'cancelled' } as const) : failed;
      await commands.completeSession(outcome, { usage, telemetryEvents, transcriptUri });
    }
    await this.#removeFiles(order);
  }

  /** Releases a session whose set-up was held for too long. It has no files: its next leg begins the set-up anew. */
  async parkSetup(session: LeasedSession, opened: OpenDirectory): Promise<'parked'> {
    const { commands, controller, leaseLost } = session;
    this.directories.noteLegEnd(opened, 'exit');
    const { usage } = await this.telemetry.accountOfUnstarted(opened, leaseLost);
    await commands.parkPhase(controller.parkReason, usage, NOTHING_KEPT);
    return 'parked';
  }

  async #completeSession(
    { session, opened }: Ended,
    run: SessionRun,
    leg: FinishedLeg,
    { report, model, usage, events: telemetryEvents }: TelemetrySender,
  ): Promise<void> {
    const { order, commands, controller, leaseLost } = session;
    const { artifacts: collected, spool } = run;
    const signal = this.#storingSignal(session);
    const objects = this.objects.storage.retryingUntil(signal);
    const answer = structuredAnswer(report, order.agent);
    const { products, isTruncated } = productsOf(collected, answer);
    const { artifacts, notRecorded } = await recordArtifacts(products, { order, objects, commands, signal });
    const transcriptUri = await this.#storeTranscript(spool.file, objects);
    leaseLost.throwIfAborted();
    if (signal.aborted && !controller.isCancelled) return this.#interrupt(session);

    const outcome = sessionOutcome(leg, report, { ...collected, isTruncated, notRecorded, agent: order.agent });
    const kept = await keptSession(run, { agent: order.agent, directory: opened.directory, objects, signal });
    leaseLost.throwIfAborted();
    const account = { ...(model !== undefined && { model }), usage, artifacts, telemetryEvents, transcriptUri, kept };
    // Sent together they are one append.
    await Promise.all([this.#terminateWorkspace(session, outcome.status), commands.completeSession(outcome, account)]);
  }

  /** Aborted when the lease is lost, or a stopped session has had time enough for its files. */
  #storingSignal({ controller, leaseLost }: LeasedSession): AbortSignal {
    return AbortSignal.any([leaseLost, abortedAfter(controller.stopRequested, STORING_GRACE_MS)]);
  }

  async #interrupt(session: LeasedSession): Promise<void> {
    await this.#terminateWorkspace(session, 'interrupted');
    await session.commands.interruptPhase();
  }

  /** A refusal does not prevent the session's own report. */
  async #terminateWorkspace(
    { commands }: LeasedSession,
    why: Parameters<SessionCommands['terminateWorkspace']>[0],
  ): Promise<void> {
    try {
      await commands.terminateWorkspace(why);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.log.fault(error);
    }
  }

  /** The cleanup tries again later: files that cannot be removed do not keep the lease. */
  async #removeFiles({ sessionId }: WorkOrder, run?: SessionRun): Promise<void> {
    try {
      await run?.destroy();
      await this.directories.remove(sessionId);
    } catch (error) {
      this.log.fault(error);
    }
  }

  /** A session without a transcript is better than none. */
  async #storeTranscript(file: string, objects: ObjectStorage): Promise<string | undefined> {
    try {
      return (await objects.put({ file })).uri;
    } catch (error) {
      this.log.fault(error);
      return undefined;
    }
  }
}
