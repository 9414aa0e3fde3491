import { Injectable } from '@nestjs/common';
import { backOffMs } from '@syntropic/async';
import { SessionDirectories } from '../assignment/session-directories';
import { SessionTelemetry } from '../assignment/session-telemetry';
import { RunnerLog } from './runner-log';

const BACK_OFF = { firstMs: 5_000, longestMs: 10 * 60_000 };

/**
 * Removes the directories of sessions that will not be continued. Their remaining output is stored first, under the session's last lease:
 * the collector refuses it if a newer lease has stored output since.
 */
@Injectable()
export class SessionCleanup {
  readonly #queued = new Set<string>();
  /** The sessions whose directory could not be removed. */
  readonly #failed = new Map<string, Readonly<{ attempts: number; notBefore: number }>>();
  /** The end of the queue. Sessions are cleaned up one after the other, because none is urgent. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly directories: SessionDirectories,
    private readonly telemetry: SessionTelemetry,
    private readonly log: RunnerLog,
  ) {}

  /** Sessions that are not cleaned up before the signal are left for the runner's next start. */
  add(sessionId: string, signal: AbortSignal): void {
    if (this.#queued.has(sessionId) || performance.now() < (this.#failed.get(sessionId)?.notBefore ?? 0)) return;
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
      this.#failed.delete(sessionId);
    } catch (error) {
      if (!signal.aborted) this.#postpone(sessionId, error);
    }
  }

  /** Reports the first failure only: renewals name the session again every few seconds. */
  #postpone(sessionId: string, error: unknown): void {
    const { attempts } = this.#failed.get(sessionId) ?? { attempts: 0 };
    if (attempts === 0) this.log.fault(error);
    const notBefore = performance.now() + backOffMs(BACK_OFF, attempts);
    this.#failed.set(sessionId, { attempts: attempts + 1, notBefore });
  }

  async #store(sessionId: string, signal: AbortSignal): Promise<void> {
    const opened = this.directories.reopen(sessionId);
    if (opened) await this.telemetry.storeRest(opened, signal);
  }
}
