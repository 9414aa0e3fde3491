import type { CommandContext, Event, Loaded, Recorded, Reservation } from '@syntropic/kernel';

/** Events for one stream, recorded all or none. Their ids derive from the command's id, so sending them again is harmless. */
export type Append = Readonly<{
  stream: string;
  /** The version the stream must be at: 0 for a new one. */
  expected: number;
  /** The id of the event at that version, where the decision was made on a state that was kept and not read. */
  behind?: string | undefined;
  events: readonly NewEvent[];
  /** Becomes the metadata; its lease, if any, must still hold. */
  context: CommandContext;
  /** Other streams that the decision has read, which must not have changed. */
  reads?: readonly Pick<Loaded<unknown>, 'stream' | 'version'>[];
  /** Checked and carried out in this order. */
  reservations?: readonly Reservation[];
}>;

export type NewEvent = Event & Readonly<{ schemaVersion?: number }>;

/** The outcome of an append. Position and version are those of the command's last event. */
export type AppendOutcome = Readonly<
  | { is: 'appended'; position: number; version: number }
  /** The same command had been carried out before. */
  | { is: 'replayed'; position: number; version: number }
  /** The stream is not at the version it was expected at. */
  | { is: 'conflict' }
  /** One of the reads is not at the version the decision saw. */
  | { is: 'outdated' }
  /** This command id was used for another stream or another body. */
  | { is: 'id_reused' }
  /** The reservation at this index claims a key that another stream holds. */
  | { is: 'claimed'; at: number; by: string }
  | { is: 'not_empty'; at: number }
  /** The lease of the context does not hold any more. */
  | { is: 'fenced' }
  /** A copy of the command with an idempotency key was answered meanwhile, without an append. */
  | { is: 'answered' }
>;

/** The events of one call of the append, at all positions from the first to the last, in order. */
export type Appended = Readonly<{
  epoch: string;
  first: number;
  last: number;
  events: readonly Recorded[];
  /** Of their text in memory. */
  bytes: number;
}>;

/** A stream that the decision has read changed before the append. A new decision may succeed. */
export class VersionConflict extends Error {
  override readonly name = 'VersionConflict';

  constructor(stream: string, why: string) {
    super(`${stream} was not appended to: ${why}`);
  }
}

/** The store did not confirm the append within the deadline. Sending the command again gets its outcome. */
export class AppendOutcomeUnknown extends Error {
  override readonly name = 'AppendOutcomeUnknown';

  constructor(stream: string, cause: unknown) {
    super(`it is unknown whether ${stream} was appended to`, { cause });
  }
}
