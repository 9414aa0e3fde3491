import { Injectable } from '@nestjs/common';
import { executionProjection, hasEnded, type ExecutionRow } from '@syntropic/orchestration/read-model';
import { ReadModels } from '@syntropic/projections';
import { executionDetail } from '../executions/execution-views';
import { UsageNow } from '../executions/usage-now';
import { LogHead } from '../reads/log-head';
import type { StreamFrame } from './event-stream-text';
import { formatCursor, type LiveCursor } from './live-cursor';
import { LiveTables } from './live-tables';

/** Where a watcher begins, and what it is shown first. */
export type Entrance = Readonly<{ cursor: LiveCursor; snapshot?: StreamFrame }>;

const NO_OPERATIONS = new Map<string, never[]>();
const TRIES = 5;

/** Finds the place where a watcher begins. */
@Injectable()
export class LiveEntrance {
  constructor(
    private readonly reads: ReadModels,
    private readonly tables: LiveTables,
    private readonly usage: UsageNow,
    private readonly head: LogHead,
  ) {}

  /** `undefined` when the watcher has seen the end: there is nothing to come back for. */
  async find(executionId: string, last: LiveCursor | undefined): Promise<Entrance | undefined> {
    const { epoch } = await this.head.now();
    const end = await this.tables.endPosition(executionId);
    // Positions of a log that was restored since mean nothing here.
    if (last?.epoch !== epoch) return this.#snapshot(executionId, epoch, end);
    if (end !== undefined && last.position >= end) return undefined;
    return { cursor: last };
  }

  /** Where somebody begins who has seen nothing. */
  async begin(executionId: string): Promise<Entrance> {
    const { epoch } = await this.head.now();
    return this.#snapshot(executionId, epoch, await this.tables.endPosition(executionId));
  }

  /** The state at a position: read again when it moved meanwhile. The end itself always follows as a frame of its own. */
  async #snapshot(executionId: string, epoch: string, end: number | undefined): Promise<Entrance> {
    const { row, position } = await this.#rowAt(executionId, epoch);
    const [totals, unsettled] = await Promise.all([this.tables.totals(executionId), this.usage.unsettled(row)]);

    // The feed is another projection: where it is behind, the end is the last thing that the row knows.
    const last = end ?? (hasEnded(row) ? position : undefined);
    const before = last === undefined ? position : Math.min(position, last - 1);
    const cursor = { epoch, position: before, sequence: totals.events };
    const data = executionDetail(row, unsettled, NO_OPERATIONS);
    return { cursor, snapshot: { id: formatCursor(cursor), event: 'snapshot', data } };
  }

  async #rowAt(executionId: string, epoch: string): Promise<{ row: ExecutionRow; position: number }> {
    let position = await this.tables.rowPosition(executionId);
    for (let tried = 1; ; tried++) {
      const row = await this.reads.get(executionProjection, executionId, { minPosition: { epoch, position } });
      const after = await this.tables.rowPosition(executionId);
      if (!row) throw new Error(`the row of ${executionId} is gone`);
      // Where it keeps moving, what is newer than the position is told again, which harms nobody.
      if (after === position || tried === TRIES) return { row, position };
      position = after;
    }
  }
}
