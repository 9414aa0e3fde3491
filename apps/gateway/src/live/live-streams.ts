import { Injectable, Logger } from '@nestjs/common';
import { repeat } from '@syntropic/async';
import { setMaxListeners } from 'node:events';
import { LogHead } from '../reads/log-head';
import { ExecutionTail } from './execution-tail';
import { LiveBus } from './live-bus';
import { liveGauge } from './live-gauges';
import type { LiveCursor } from './live-cursor';
import { LiveTables } from './live-tables';
import { Watcher, type WatchingClient } from './watcher';

const LOOK_EVERY_MS = 1_000;

type Followed = Readonly<{ tail: ExecutionTail; stopped: AbortController }>;

/** Follows each execution that is watched once, on the bus and in the tables, for all its watchers. */
@Injectable()
export class LiveStreams {
  readonly #logger = new Logger(LiveStreams.name);
  readonly #followed = new Map<string, Followed>();

  constructor(
    private readonly tables: LiveTables,
    private readonly bus: LiveBus,
    private readonly head: LogHead,
  ) {
    const help = 'Executions that live streams follow: each once, however many clients watch it';
    liveGauge('live_executions_followed', help, () => this.#followed.size);
  }

  /**
   * Sends an execution's events after the cursor, and ends the stream at the execution's end, and when the log was restored: the client
   * comes again and gets a snapshot.
   */
  follow(executionId: string, cursor: LiveCursor, client: WatchingClient): void {
    // Numbers are valid in one epoch only.
    const key = `${cursor.epoch} ${executionId}`;
    const { tail, stopped } = this.#followed.get(key) ?? this.#begin(key, executionId, cursor.epoch);
    const watcher = new Watcher({ executionId, cursor, client, tail, onFault: this.#onFault }, stopped.signal);
    client.connection.onClose(() => {
      if (tail.leave(watcher) > 0) return;
      this.#followed.delete(key);
      stopped.abort();
    });
    watcher.start();
  }

  readonly #onFault = (error: unknown): void => {
    this.#logger.warn('a live stream waits for the store', { error });
  };

  #begin(key: string, executionId: string, epoch: string): Followed {
    const tail = new ExecutionTail({
      executionId,
      epoch,
      tables: this.tables,
      pollMs: () => this.bus.pollMs,
      onFault: this.#onFault,
    });
    const stopped = new AbortController();
    const { signal } = stopped;
    // All watchers wait at the same time when the store is away: Node would take their listeners for a leak.
    setMaxListeners(0, signal);
    this.bus.listen(executionId, signal, {
      frame: (frame, bytes) => {
        tail.offer(frame, bytes);
      },
      loss: () => {
        tail.readTables();
      },
    });
    void tail.run(signal);
    void this.#watchEpoch(epoch, signal, () => {
      tail.restored();
    });
    const followed: Followed = { tail, stopped };
    this.#followed.set(key, followed);
    return followed;
  }

  #watchEpoch(epoch: string, signal: AbortSignal, onOther: () => void): Promise<void> {
    return repeat(signal, { everyMs: LOOK_EVERY_MS }, async () => {
      const now = await this.head.epoch();
      if (now !== undefined && now !== epoch) onOther();
    });
  }
}
