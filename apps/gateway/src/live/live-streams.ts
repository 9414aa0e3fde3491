import { Injectable, Logger } from '@nestjs/common';
import { repeat } from '@syntropic/async';
import { LogHead } from '../reads/log-head';
import { ExecutionStream, type Sink } from './execution-stream';
import { LiveBus } from './live-bus';
import type { LiveCursor } from './live-cursor';
import { LiveTables } from './live-tables';

const LOOK_EVERY_MS = 1_000;

/** Follows executions on the bus and in the tables. */
@Injectable()
export class LiveStreams {
  readonly #logger = new Logger(LiveStreams.name);

  constructor(
    private readonly tables: LiveTables,
    private readonly bus: LiveBus,
    private readonly head: LogHead,
  ) {}

  /**
   * Sends an execution's events after the cursor. Resolves with `true` at the execution's end, and when the log was restored: the client
   * comes again and gets a snapshot. Resolves with `false` at the signal.
   */
  async follow(executionId: string, cursor: LiveCursor, sink: Sink, signal: AbortSignal): Promise<boolean> {
    const done = new AbortController();
    const until = AbortSignal.any([signal, done.signal]);
    const watching = this.#watchEpoch(cursor.epoch, until, () => {
      done.abort();
    });
    const stream = new ExecutionStream({
      executionId,
      cursor,
      tables: this.tables,
      sink,
      pollMs: () => this.bus.pollMs,
      onFault: (error) => {
        this.#logger.warn('a live stream waits for the store', { error });
      },
    });
    this.bus.listen(executionId, until, {
      frame: (frame, bytes) => {
        stream.offer(frame, bytes);
      },
      loss: () => {
        stream.readTables();
      },
    });
    const hasEnded = await stream.run(until);
    const isRestored = done.signal.aborted;
    done.abort();
    await watching;
    return hasEnded || (isRestored && !signal.aborted);
  }

  #watchEpoch(epoch: string, signal: AbortSignal, onOther: () => void): Promise<void> {
    return repeat(signal, { everyMs: LOOK_EVERY_MS }, async () => {
      const now = await this.head.epoch();
      if (now !== undefined && now !== epoch) onOther();
    });
  }
}
