import { Injectable } from '@nestjs/common';
import { outputOf } from '../providers';
import type { FinishedLeg, SessionRun } from '../session';
import { withAllInputs } from './all-inputs';
import type { LeasedSession } from './leased-session';
import { SessionCompletion } from './session-completion';
import { SessionDirectories, type OpenDirectory } from './session-directories';
import { SessionStarter } from './session-starter';
import { SessionTelemetry } from './session-telemetry';
import type { TelemetrySender } from './telemetry-sender';

/** Runs one leg of a leased session from its start to its completion. */
@Injectable()
export class SessionLifecycle {
  constructor(
    private readonly directories: SessionDirectories,
    private readonly starter: SessionStarter,
    private readonly telemetry: SessionTelemetry,
    private readonly completion: SessionCompletion,
  ) {}

  /** Resolves when the work can be released: closed, or parked with its directory kept. */
  async run(session: LeasedSession): Promise<'closed' | 'parked'> {
    const { order, commands } = session;
    await commands.startSession();
    const opened = await this.directories.open({ ...order, output: outputOf(order.agent) });
    const startedAt = performance.now();
    const run = await this.#start(session, opened);
    if (!run) return 'closed';
    try {
      await commands.createWorkspace(Math.round(performance.now() - startedAt));
      return await this.#follow(session, opened, run);
    } catch (error) {
      run.abandon();
      await run.finished;
      throw error;
    } finally {
      await run.spool.close();
    }
  }

  /** Undefined when the agent could not be started, and the session has been ended for it. */
  async #start(session: LeasedSession, opened: OpenDirectory): Promise<SessionRun | undefined> {
    const { order, commands, controller, leaseLost, budget } = session;
    const signal = AbortSignal.any([leaseLost, controller.stopRequested]);
    try {
      const run = await this.starter.start(await withAllInputs(order, commands), {
        directory: opened.directory,
        outline: (line) => this.telemetry.outline(line),
        signal,
        guards: budget ? [budget] : [],
      });
      controller.begin(run);
      session.messages.begin(run);
      return run;
    } catch (error) {
      leaseLost.throwIfAborted();
      await this.completion.failToStart(session, opened, error);
      return undefined;
    }
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
      return await this.completion.complete(session, run, finished, sender);
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
    const { sessionId, leg } = opened.session;
    const [finished] = await Promise.all([run.finished, sender.run()]);
    controller.end();
    await session.messages.settled();
    leaseLost.throwIfAborted();
    await this.directories.noteLegEnd(sessionId, leg, finished.legEnd);
    await sender.end(finished.legEnd);
    return finished;
  }
}
