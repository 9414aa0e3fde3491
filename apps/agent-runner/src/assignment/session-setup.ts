import { Injectable } from '@nestjs/common';
import { within } from '@syntropic/async';
import { Spool } from '../session';
import { Setups } from '../setup/setups';
import type { LeasedSession } from './leased-session';
import type { OpenDirectory } from './session-directories';
import { SessionTelemetry } from './session-telemetry';
import { WorkspaceRequests } from './workspace-requests';

/** The time for the last lines of a set-up before its agent starts; later ones are stored with the agent's. */
const STORING_MS = 2_000;

/** Runs the set-up of a session's workspace, and sends what it prints while it runs. */
@Injectable()
export class SessionSetup {
  constructor(
    private readonly requests: WorkspaceRequests,
    private readonly telemetry: SessionTelemetry,
    private readonly setups: Setups,
  ) {}

  /**
   * Does nothing for a session without a set-up, and for a fork, whose files have been prepared.
   * @throws DomainError for faults that the workflow's author can correct; the signal's reason when it is aborted
   */
  async run(session: LeasedSession, opened: OpenDirectory, signal: AbortSignal): Promise<'done' | 'parked'> {
    const { order, controller } = session;
    const { sessionId, leg } = order;
    const { setup } = order.agent;
    if (!setup || order.fork) return 'done';

    const { backend, workspace, contents } = await this.requests.of(order, opened.directory, signal);
    return this.#sending(opened, signal, (spool, ended) => {
      const begin = controller.begin.bind(controller);
      return this.setups.prepare({ sessionId, leg, setup, backend, workspace, contents, spool, begin, signal: ended });
    });
  }

  /** Telemetry that cannot be sent ends the work: nothing would be known of it. */
  async #sending<Result>(
    opened: OpenDirectory,
    signal: AbortSignal,
    work: (spool: Spool, ended: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const [broken, stored] = [new AbortController(), new AbortController()];
    const spool = await Spool.open(opened.directory);
    try {
      const sender = await this.telemetry.open(opened, spool, AbortSignal.any([signal, stored.signal]));
      const sending = sender.run().catch((error: unknown) => {
        broken.abort(error);
      });
      try {
        return await work(spool, AbortSignal.any([signal, broken.signal]));
      } finally {
        spool.finish();
        await within(STORING_MS, sending);
        stored.abort();
        await sending;
        sender.close();
      }
    } finally {
      await spool.close();
    }
  }
}
