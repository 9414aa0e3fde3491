import { Injectable } from '@nestjs/common';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { outputOf } from '../providers';
import type { FinishedLeg, SessionRun } from '../session';
import type { LeasedSession } from './leased-session';
import { SessionCompletion } from './session-completion';
import { SessionDirectories, type OpenDirectory } from './session-directories';
import { SessionStart, type StartedRun } from './session-start';
import { SessionTelemetry } from './session-telemetry';
import type { TelemetrySender } from './telemetry-sender';

/** Runs one leg of a leased session from its start to its completion. */
@Injectable()
export class SessionLifecycle {
  constructor(
    private readonly directories: SessionDirectories,
    private readonly start: SessionStart,
    private readonly telemetry: SessionTelemetry,
    private readonly completion: SessionCompletion,
  ) {}

  /** Resolves when the work can be released: closed, or parked with its directory kept. */
  run(session: LeasedSession): Promise<'closed' | 'parked'> {
    return this.telemetry.during(() => this.#run(session));
  }

  async #run(session: LeasedSession): Promise<'closed' | 'parked'> {
    const { order, commands } = session;
    await commands.startSession();
    const started = await this.#start(session);
    if (started === 'parked') return this.completion.parkSetup(session, this.#open(order));
    if (started === 'closed') return 'closed';
    const { run, opened, durationMs } = started;
    try {
      await commands.createWorkspace(durationMs);
      return await this.#follow(session, opened, run);
    } catch (error) {
      run.abandon();
      await run.finished;
      throw error;
    } finally {
      await run.spool.close();
    }
  }

  /** The end of the leg when it has no agent: the agent could not be started, or its set-up was parked. */
  async #start(session: LeasedSession): Promise<StartedRun | 'closed' | 'parked'> {
    const { order, leaseLost } = session;
    try {
      return await this.start.begin(session);
    } catch (error) {
      leaseLost.throwIfAborted();
      await this.completion.failToStart(session, this.#open(order), error);
      return 'closed';
    }
  }

  #open(order: WorkOrder): OpenDirectory {
    return this.directories.open({ ...order, output: outputOf(order.agent) });
  }

  async #follow(session: LeasedSession, opened: OpenDirectory, run: SessionRun): Promise<'closed' | 'parked'> {
    const { leaseLost, budget } = session;
    const sender = await this.telemetry.open(opened, run.spool, leaseLost, (usage, sequence) => {
      budget?.report(usage, sequence);
    });
    try {
      const finished = await this.#end(session, opened, run, sender);
      // The budget decides about the next phase before this one has ended.
      await budget?.flush();
      return await this.completion.complete({ session, opened }, run, finished, sender);
    } finally {
      sender.close();
    }
  }

  async #end(
    session: LeasedSession,
    opened: OpenDirectory,
    run: SessionRun,
    sender: TelemetrySender,
  ): Promise<FinishedLeg> {
    const { controller, leaseLost } = session;
    const [finished] = await Promise.all([run.finished, sender.runToEnd()]);
    controller.end();
    await session.messages.settled();
    leaseLost.throwIfAborted();
    this.directories.noteLegEnd(opened, finished.legEnd);
    await sender.end(finished.legEnd);
    return finished;
  }
}
