/** A record of the spool: a line, several short lines that arrived together, or a part of a long line. */
export interface SpoolLine {
  /** The number of the record, from 1, counted over all legs of the session. */
  readonly line: number;
  readonly leg: number;
  /** Time at which the runner read the line, ISO 8601. */
  readonly at: string;
  /**
   * `runner`: a notification that the runner itself has added; `setup`: of a command before the agent; `reported`: a fact that a program of the
   * workspace has reported at the session socket.
   */
  readonly stream: 'stdout' | 'stderr' | 'runner' | 'setup' | 'reported';
  readonly text: string;
  /** Set for all parts of a long line but the last: it continues in the next record of its stream. */
  readonly more?: true;
}

/** Whole records of the spool as they are on the disk. */
export type SpoolRecords = Uint8Array;

/** Parses what `append` has written. The runner's event loop leaves it to the parser's thread. */
export const spoolLinesIn = (records: SpoolRecords): SpoolLine[] =>
  Buffer.from(records.buffer, records.byteOffset, records.byteLength)
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as SpoolLine);
