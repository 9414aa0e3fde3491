import { Injectable } from '@nestjs/common';
import { SessionCheckpoints } from '../checkpoints/session-checkpoints';
import type { SessionRun } from '../session';
import { withAllInputs } from './all-inputs';
import type { LeasedSession } from './leased-session';
import type { OpenDirectory } from './session-directories';
import { SessionSetup } from './session-setup';
import { SessionStarter } from './session-starter';
import { SessionTelemetry } from './session-telemetry';

/** An agent at work, its session's place on the disk, and the time that its own start has taken. */
export type StartedRun = Readonly<{ run: SessionRun; opened: OpenDirectory; durationMs: number }>;

/** Brings a session to its agent: by the set-up of its workspace, if it has one. */
@Injectable()
export class SessionStart {
  constructor(
    private readonly checkpoints: SessionCheckpoints,
    private readonly setup: SessionSetup,
    private readonly starter: SessionStarter,
    private readonly telemetry: SessionTelemetry,
  ) {}

  /**
   * A workspace that is restored needs no set-up.
   * `parked`: the set-up was held for too long. @throws DomainError for faults that the workflow's author can correct
   */
  async begin(session: LeasedSession): Promise<StartedRun | 'parked'> {
    const { order, commands, controller, leaseLost, budget } = session;
    const signal = AbortSignal.any([leaseLost, controller.stopRequested]);
    const { opened, restore } = await this.checkpoints.prepare(session);
    const whole = await withAllInputs(order, commands);
    const setup = restore ? 'done' : await this.setup.run({ ...session, order: whole }, opened, signal);
    if (setup === 'parked') return 'parked';

    const startedAt = performance.now();
    const run = await this.starter.start(whole, {
      directory: opened.directory,
      outline: (line) => this.telemetry.outline(line),
      signal,
      restore,
      guards: budget ? [budget] : [],
      limits: session.limits,
    });
    controller.begin(run);
    session.messages.begin(run);
    return { run, opened, durationMs: Math.round(performance.now() - startedAt) };
  }
}
