import { Injectable } from '@nestjs/common';
import { DomainError } from '@syntropic/kernel';
import type { FinishedLeg, SessionRun } from '../session';
import { RunnerLog } from '../work/runner-log';
import type { HeldSession } from './held-session';
import { recordArtifacts } from './produced-artifacts';
import { SessionObjectStorage } from './retrying-object-storage';
import { SessionDirectories, type OpenDirectory } from './session-directories';
import { sessionOutcome } from './session-outcome';
import { SessionTelemetry } from './session-telemetry';
import type { TelemetrySender } from './telemetry-sender';

/** Reports the end of a leg to the command service, stores its artifacts, and removes the files that are not needed any more. */
@Injectable()
export class SessionCompletion {
  constructor(
    private readonly directories: SessionDirectories,
    private readonly telemetry: SessionTelemetry,
    private readonly storage: SessionObjectStorage,
    private readonly log: RunnerLog,
  ) {}

  /** To be called when the leg's output is stored. */
  async complete(
    session: HeldSession,
    run: SessionRun,
    leg: FinishedLeg,
    telemetry: TelemetrySender,
  ): Promise<'closed' | 'parked'> {
    const { order, commands, controller } = session;
    if (leg.outcome === 'parked') {
      await commands.terminateWorkspace('parked');
      // From here on the next leg may start in the same directory, also on this runner.
      await commands.parkPhase(controller.parkReason, telemetry.usage);
      return 'parked';
    }
    if (leg.outcome === 'cancelled' && controller.isShuttingDown && !controller.isCancelled) {
      await commands.terminateWorkspace('interrupted');
      await commands.interruptPhase();
    } else await this.#completeSession(session, run, leg, telemetry);
    await run.destroy();
    await this.directories.remove(order.sessionId);
    return 'closed';
  }

  /** Ends a session whose agent could not be started: cancelled, interrupted or failed. */
  async failToStart(session: HeldSession, opened: OpenDirectory, error: unknown): Promise<void> {
    const { order, commands, controller, leaseLost } = session;
    if (controller.isShuttingDown && !controller.isCancelled) await commands.interruptPhase();
    else {
      // The workflow's author can correct a refusal; other errors are faults of the platform.
      if (!(error instanceof DomainError) && !controller.startCancelled.aborted) this.log.fault(error);
      const usage = await this.telemetry.usageOfEarlierLegs(opened, leaseLost);
      const failed = { status: 'failed', error: messageOf(error), errorType: 'workspace_failed' } as const;
      await commands.completeSession(controller.isCancelled ? { status: 'cancelled' } : failed, { usage });
    }
    await this.directories.remove(order.sessionId);
  }

  async #completeSession(
    { order, commands, leaseLost }: HeldSession,
    { artifacts: collected, spool }: SessionRun,
    leg: FinishedLeg,
    { outcome: reported, usage, events: telemetryEvents }: TelemetrySender,
  ): Promise<void> {
    const objects = this.storage.retryingUntil(leaseLost);
    const outcome = sessionOutcome(leg, reported, collected);
    const artifacts = await recordArtifacts(collected, order, objects, commands);
    const transcript = await objects.put({ file: spool.file });

    await commands.terminateWorkspace(outcome.status);
    const account = { usage, artifacts, telemetryEvents, transcriptUri: transcript.uri };
    await commands.completeSession(outcome, account);
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
