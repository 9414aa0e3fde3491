import { Injectable } from '@nestjs/common';
import { within } from '@syntropic/async';
import { Assignments } from './assignments';
import type { Capabilities } from './capabilities';
import { Claims } from './claims';
import { Leases } from './leases';
import { RunnerMessages, type OnHint } from './runner-messages';

/** The time that running agents have to finish, or to reach a yield point, when the runner is shut down. */
const FINISH_MS = 10_000;

/** Takes work for the free slots, and makes room for work that has waited too long. */
@Injectable()
export class WorkIntake {
  constructor(
    private readonly messages: RunnerMessages,
    private readonly claims: Claims,
    private readonly assignments: Assignments,
    private readonly leases: Leases,
  ) {}

  /** Takes no new work after the signal, and resolves when all sessions have ended. */
  async run(capabilities: Capabilities, signal: AbortSignal): Promise<void> {
    const { runner, backends } = capabilities;
    const onHint = this.#hintHandler(capabilities);
    const unsubscribe = this.messages.onControl(runner, (hint) => {
      this.leases.renewNow();
      onHint(hint);
    });
    const hints = this.messages.followHints(backends, onHint, signal);
    await this.claims.run(capabilities, (order) => this.assignments.run(order, runner), signal);
    await this.#endSessions();
    await hints;
    unsubscribe();
  }

  #hintHandler(capabilities: Capabilities): OnHint {
    return (hint) => {
      this.claims.claimNow();
      if (!hint?.waiting || this.claims.hasPlace(capabilities)) return;
      if (capabilities.providers.includes(hint.waiting.provider)) this.assignments.makeRoomFor(hint.sessionId);
    };
  }

  async #endSessions(): Promise<void> {
    const ended = this.claims.waitForSessions();
    this.assignments.leave();
    await within(FINISH_MS, ended);
    this.assignments.shutDown();
    await ended;
  }
}
