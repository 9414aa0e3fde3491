import { Injectable } from '@nestjs/common';
import { SessionDirectories } from '../assignment/session-directories';
import { SessionTelemetry } from '../assignment/session-telemetry';
import { RunnerLog } from './runner-log';

/**
 * Removes the directories of sessions that will not be continued. Their remaining output is stored first, under the session's last lease:
 * the collector refuses it if a newer lease has stored output since.
 */
@Injectable()
export class SessionCleanup {
  readonly #queued = new Set<string>();
  /** The end of the queue. Sessions are cleaned up one after the other, because none is urgent. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly directories: SessionDirectories,
    private readonly telemetry: SessionTelemetry,
    private readonly log: RunnerLog,
  ) {}

  /** Sessions that are not cleaned up before the signal are left for the runner's next start. */
  add(sessionId: string, signal: AbortSignal): void {
    if (this.#queued.has(sessionId)) return;
    this.#queued.add(sessionId);
    this.#last = this.#last.then(() => this.#cleanUp(sessionId, signal)).finally(() => this.#queued.delete(sessionId));
  }

  /** Resolves when the queue is empty. */
  async wait(): Promise<void> {
    await this.#last;
  }

  async #cleanUp(sessionId: string, signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted();
      await this.#store(sessionId, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        // Output that the collector refuses does not keep the directory.
        this.log.fault(error);
      });
      await this.directories.remove(sessionId);
    } catch (error) {
      if (!signal.aborted) this.log.fault(error);
    }
  }

  async #store(sessionId: string, signal: AbortSignal): Promise<void> {
    const opened = await this.directories.reopen(sessionId);
    if (opened) await this.telemetry.storeRest(opened, signal);
  }
}
