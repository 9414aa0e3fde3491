import type { CollectorClient } from '@syntropic/telemetry';
import { Spool } from '../session';
import type { SessionDirectories } from './session-directories';
import { TelemetryLane } from './telemetry-lane';

type ClearanceOptions = Readonly<{
  directories: SessionDirectories;
  collector: CollectorClient;
  onFault: (error: unknown) => void;
  /** What is not done by then waits for the runner's next life. */
  signal: AbortSignal;
}>;

/**
 * Clears away sessions that nobody will go on with. What their agents said is a fact all the same: it is stored first,
 * under the lease it was said under, which is refused only if somebody later has spoken for the session.
 */
export class Clearance {
  readonly #waiting = new Set<string>();
  /** One after the other: nobody waits for it. */
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: ClearanceOptions) {}

  /** Asked again while it is under way, it is the same clearance. */
  clear(sessionId: string): void {
    if (this.#waiting.has(sessionId)) return;
    this.#waiting.add(sessionId);
    this.#turn = this.#turn.then(() => this.#clear(sessionId)).finally(() => this.#waiting.delete(sessionId));
  }

  async finished(): Promise<void> {
    await this.#turn;
  }

  async #clear(sessionId: string): Promise<void> {
    const { directories, onFault, signal } = this.options;
    try {
      signal.throwIfAborted();
      await this.#store(sessionId).catch((error: unknown) => {
        signal.throwIfAborted();
        // What cannot be stored, and never will be, is no reason to keep the rest.
        onFault(error);
      });
      await directories.remove(sessionId);
    } catch (error) {
      if (!signal.aborted) onFault(error);
    }
  }

  async #store(sessionId: string): Promise<void> {
    const { directories, collector, signal } = this.options;
    const left = await directories.reopen(sessionId);
    if (!left) return;

    const spool = Spool.open(left.directory);
    try {
      const lane = await TelemetryLane.open({ collector, session: left.session, spool, legEnds: left.legEnds, signal });
      await lane.finish();
    } finally {
      spool.close();
    }
  }
}
