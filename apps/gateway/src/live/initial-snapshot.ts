import { Injectable } from '@nestjs/common';
import { executionProjection, hasEnded, type ExecutionRow } from '@syntropic/orchestration/read-model';
import { ReadModels, type LogPosition } from '@syntropic/projections';
import { ExecutionDetails } from '../executions/execution-details';
import { LogHead } from '../reads/log-head';
import type { StreamFrame } from './event-stream-text';
import { formatCursor, type LiveCursor } from './live-cursor';
import { LiveTables } from './live-tables';

/** The position at which a stream begins, and the first frame of a client without a valid cursor. */
export type StreamStart = Readonly<{ cursor: LiveCursor; snapshot?: StreamFrame }>;

const TRIES = 5;

/** Begins live streams: at the client's cursor, or at a snapshot of the execution. */
@Injectable()
export class InitialSnapshot {
  constructor(
    private readonly reads: ReadModels,
    private readonly tables: LiveTables,
    private readonly details: ExecutionDetails,
    private readonly head: LogHead,
  ) {}

  /** After the client's last frame; `undefined` when that was the end of the execution. */
  async resume(executionId: string, last: LiveCursor | undefined): Promise<StreamStart | undefined> {
    const head = await this.head.now();
    const end = await this.tables.endPosition(executionId);
    if (!last || !(await this.#isKnown(last, head, executionId))) return this.#snapshot(executionId, head.epoch, end);
    if (end !== undefined && last.position >= end) return undefined;
    return { cursor: last };
  }

  /** False for a cursor of another epoch, and for numbers that neither the log nor this execution's telemetry has reached. */
  async #isKnown({ epoch, position, sequence }: LiveCursor, head: LogPosition, executionId: string): Promise<boolean> {
    if (epoch !== head.epoch || position > head.position) return false;
    return sequence === 0 || sequence <= (await this.tables.totals(executionId)).events;
  }

  /** For a client without a cursor. */
  async begin(executionId: string): Promise<StreamStart> {
    const { epoch } = await this.head.now();
    return this.#snapshot(executionId, epoch, await this.tables.endPosition(executionId));
  }

  /** The state at a position, read again when it moved meanwhile. The end itself always follows as a frame of its own. */
  async #snapshot(executionId: string, epoch: string, end: number | undefined): Promise<StreamStart> {
    const { row, position } = await this.#rowAt(executionId, epoch);
    const [totals, data] = await Promise.all([this.tables.totals(executionId), this.details.withoutOperations(row)]);

    // The feed is another projection and may be behind: then the end is the row's last event.
    const last = end ?? (hasEnded(row) ? position : undefined);
    const before = last === undefined ? position : Math.min(position, last - 1);
    const cursor = { epoch, position: before, sequence: totals.events };
    return { cursor, snapshot: { id: formatCursor(cursor), event: 'snapshot', data } };
  }

  async #rowAt(executionId: string, epoch: string): Promise<{ row: ExecutionRow; position: number }> {
    let position = await this.tables.rowPosition(executionId);
    for (let tried = 1; ; tried++) {
      const row = await this.reads.get(executionProjection, executionId, { minPosition: { epoch, position } });
      const after = await this.tables.rowPosition(executionId);
      if (!row) throw new Error(`the row of ${executionId} is gone`);
      // The row keeps moving: events newer than the position are sent again, which clients tolerate.
      if (after === position || tried === TRIES) return { row, position };
      position = after;
    }
  }
}
