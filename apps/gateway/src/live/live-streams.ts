import { Injectable, Logger } from '@nestjs/common';
import { ExecutionStream, type Sink } from './execution-stream';
import { LiveBus } from './live-bus';
import type { LiveCursor } from './live-cursor';
import { LiveTables } from './live-tables';

/** Follows executions on the bus and in the tables. */
@Injectable()
export class LiveStreams {
  readonly #logger = new Logger(LiveStreams.name);

  constructor(
    private readonly tables: LiveTables,
    private readonly bus: LiveBus,
  ) {}

  /** Sends an execution's events after the cursor. Resolves with `true` at the execution's end, with `false` at the signal. */
  follow(executionId: string, cursor: LiveCursor, sink: Sink, signal: AbortSignal): Promise<boolean> {
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
    this.bus.listen(executionId, signal, {
      frame: (frame, bytes) => {
        stream.offer(frame, bytes);
      },
      loss: () => {
        stream.readTables();
      },
    });
    return stream.run(signal);
  }
}
