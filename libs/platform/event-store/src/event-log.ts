import type { Recorded } from '@syntropic/kernel';

/** The highest position of a log, and the log's epoch: it is new after each restore, so positions of two epochs never mix. */
export type Head = Readonly<{ position: number; epoch: string }>;

/** The log, for readers. */
export interface EventLog {
  /** The events after this position, in order and without a gap. No event appears later at or below a position that was read. */
  read(after: number, limit: number): Promise<Recorded[]>;
  head(): Promise<Head>;
  readStream(stream: string, afterVersion: number, limit: number): Promise<Recorded[]>;
}
