import type { CommandContext, Event, Loaded, Reservation } from '@syntropic/kernel';

/** Events for one stream, to be recorded wholly or not at all. Their ids follow from the command's, so sending them again is harmless. */
export type Append = Readonly<{
  stream: string;
  /** The version the stream must be at: 0 for a new one. */
  expected: number;
  events: readonly NewEvent[];
  /** Ends in the metadata; its lease, if any, must still hold. */
  context: CommandContext;
  /** Other streams the decision looked at, which must not have moved. */
  reads?: readonly Pick<Loaded<unknown>, 'stream' | 'version'>[];
  /** Checked and carried out in this order. */
  reservations?: readonly Reservation[];
}>;

export type NewEvent = Event & Readonly<{ schemaVersion?: number }>;

/** What became of an append. Position and version are those of the command's last event. */
export type AppendOutcome = Readonly<
  | { is: 'appended'; position: number; version: number }
  /** The same command had been carried out before. */
  | { is: 'replayed'; position: number; version: number }
  /** The stream is not at the version it was expected at. */
  | { is: 'conflict' }
  /** One of the reads is not at the version the decision saw. */
  | { is: 'outdated' }
  /** Another command, or another body, has this id. */
  | { is: 'id_reused' }
  /** The reservation at this index asks for what another stream holds. */
  | { is: 'claimed'; at: number; by: string }
  | { is: 'not_empty'; at: number }
  /** The lease of the context does not hold any more. */
  | { is: 'fenced' }
>;

/** What a decision was based on has moved on. Decided on again, it may well succeed. */
export class VersionConflict extends Error {
  override readonly name = 'VersionConflict';

  constructor(stream: string, why: string) {
    super(`${stream} was not appended to: ${why}`);
  }
}

/** The store did not say within the deadline whether the append happened. Sending the command again finds out. */
export class AppendOutcomeUnknown extends Error {
  override readonly name = 'AppendOutcomeUnknown';

  constructor(stream: string, cause: unknown) {
    super(`it is unknown whether ${stream} was appended to`, { cause });
  }
}
