import { Injectable } from '@nestjs/common';
import { SharedReads } from '@syntropic/async';
import { executionProjection, hasEnded, type ExecutionRow } from '@syntropic/orchestration/read-model';
import { ReadModels, type LogPosition } from '@syntropic/projections';
import { ExecutionDetails } from '../executions/execution-details';
import { LogHead } from '../reads/log-head';
import { frameText } from './event-stream-text';
import { formatCursor, type LiveCursor } from './live-cursor';
import { LiveTables } from './live-tables';

/** The position at which a stream begins, and the bytes of the first frame of a client without a valid cursor. */
export type StreamStart = Readonly<{ cursor: LiveCursor; snapshot?: Buffer }>;

/** The numbers that the log and an execution have reached, and the position of its end. */
type Reached = Readonly<{ head: LogPosition; end: number | undefined; sequence: number }>;

const TRIES = 5;

/**
 * Begins live streams: at the client's cursor, or at a snapshot of the execution. Clients that come together, as after the restart
 * of a gateway, share what is read and made for them.
 */
@Injectable()
export class InitialSnapshot {
  readonly #snapshots = new SharedReads<StreamStart>();
  readonly #reached = new SharedReads<Reached>();

  constructor(
    private readonly reads: ReadModels,
    private readonly tables: LiveTables,
    private readonly details: ExecutionDetails,
    private readonly head: LogHead,
  ) {}

  /** After the client's last frame; `undefined` when that was the end of the execution. */
  async resume(executionId: string, last: LiveCursor | undefined): Promise<StreamStart | undefined> {
    if (!last) return this.begin(executionId);
    const reached = await this.#reached.read(executionId, () => this.#readReached(executionId));
    if (!isKnown(last, reached)) return this.begin(executionId);
    if (reached.end !== undefined && last.position >= reached.end) return undefined;
    return { cursor: last };
  }

  /** For a client without a cursor. */
  begin(executionId: string): Promise<StreamStart> {
    return this.#snapshots.read(executionId, () => this.#snapshot(executionId));
  }

  async #readReached(executionId: string): Promise<Reached> {
    const head = await this.head.now();
    const [end, { events }] = await Promise.all([
      this.tables.endPosition(executionId),
      this.tables.totals(executionId),
    ]);
    return { head, end, sequence: events };
  }

  /** The state at a position, read again when it moved meanwhile. The end itself always follows as a frame of its own. */
  async #snapshot(executionId: string): Promise<StreamStart> {
    const { epoch } = await this.head.now();
    const end = await this.tables.endPosition(executionId);
    const { row, position } = await this.#rowAt(executionId, epoch);
    const [totals, data] = await Promise.all([this.tables.totals(executionId), this.details.withoutOperations(row)]);

    // The feed is another projection and may be behind: then the end is the row's last event.
    const last = end ?? (hasEnded(row) ? position : undefined);
    const before = last === undefined ? position : Math.min(position, last - 1);
    const cursor = { epoch, position: before, sequence: totals.events };
    const frame = frameText({ id: formatCursor(cursor), event: 'snapshot', data });
    return { cursor, snapshot: Buffer.from(frame) };
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

/** False for a cursor of another epoch, and for numbers that neither the log nor this execution's telemetry has reached. */
const isKnown = ({ epoch, position, sequence }: LiveCursor, { head, ...reached }: Reached): boolean =>
  epoch === head.epoch && position <= head.position && sequence <= reached.sequence;
