import type { Recorded } from '@syntropic/kernel';

/** The highest position of a log, and the log's epoch: it is new after each restore, so positions of two epochs never mix. */
export type Head = Readonly<{ position: number; epoch: string }>;

/** The next events behind a position, in order and without a gap, and the log at the moment of the read. */
export type LogPage = Readonly<{
  events: readonly Recorded[];
  head: Head;
  /** The id of the event at the position that was named; absent where the log has none. */
  behind: string | undefined;
}>;

/** The most events of a page. */
export const PAGE_EVENTS = 1_000;
/** The most bytes of a page, unless its first event alone has more. */
export const PAGE_BYTES = 4 * 1024 * 1024;

/** The log, for readers. */
export interface EventLog {
  /** A page of at most `limit` events and 4 MiB. No event appears later at or below a position that was read. */
  read(after: number, limit?: number): Promise<LogPage>;
  head(): Promise<Head>;
  /** A page of a stream; only an empty one shows that there is no more. */
  readStream(stream: string, afterVersion: number, limit?: number): Promise<readonly Recorded[]>;
}
