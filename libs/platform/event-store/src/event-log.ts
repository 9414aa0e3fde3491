import type { Recorded } from '@syntropic/kernel';

/** How far a log reaches, and which log it is: the epoch is new after each restore, so positions of two epochs never mix. */
export type Head = Readonly<{ position: number; epoch: string }>;

/** The log as its readers see it. */
export interface EventLog {
  /** What follows this position, in order and without a gap: who has read up to N never finds more at or below N later. */
  read(after: number, limit: number): Promise<Recorded[]>;
  head(): Promise<Head>;
  readStream(stream: string, afterVersion: number, limit: number): Promise<Recorded[]>;
}
