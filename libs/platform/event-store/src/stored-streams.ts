import { eventIdOf, type CommandContext, type Recorded } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { AppendOutcome } from './append';
import { PAGE_BYTES, PAGE_EVENTS } from './event-log';
import { NO_HEAD, recorded, type EventRow } from './postgres-event-log';

/** The next events of a stream, and the log at the moment of the read. */
export type StreamPage = Readonly<{
  epoch: string;
  /** The outcome of the command if it was carried out before. */
  before?: AppendOutcome;
  events: readonly Recorded[];
  /** The id of the event at the version that was named; absent where the stream has none. */
  behind: string | undefined;
  /** The version of the stream's last event. */
  version: number;
}>;

type StreamPageRow = Readonly<{ epoch: string; outcome: AppendOutcome | null; behind: string | null; last: number }> &
  (EventRow | Readonly<{ position: null }>);

/** Reads streams for commands. */
export class StoredStreams {
  #epoch: string | undefined;

  constructor(private readonly pool: Pool) {}

  /** The log's epoch at the last read; undefined before the first. */
  get epoch(): string | undefined {
    return this.#epoch;
  }

  /** The id of the event at this version, and the log's epoch at the moment of the read. */
  async eventAt(stream: string, version: number): Promise<Readonly<{ epoch: string; last: string | undefined }>> {
    const { rows } = await this.pool.query<Readonly<{ epoch: string; last: string | null }>>({
      name: 'stream-event-at',
      text: `
        select store_epoch as epoch, (select event_id from log.events where stream_id = $1 and version = $2) as last
        from log.log_head`,
      values: [stream, version],
    });
    const [head] = rows;
    if (!head) throw new Error(NO_HEAD);
    this.#epoch = head.epoch;
    return { epoch: head.epoch, last: head.last ?? undefined };
  }

  /** Reads the next page of a stream and, in the same statement, the outcome of the command if it was sent before. */
  async find(stream: string, after: number, context?: CommandContext): Promise<StreamPage> {
    const { rows } = await this.pool.query<StreamPageRow>({
      name: 'stream-find',
      text: `
        select head.store_epoch as epoch, command.outcome, log.version_of($1) as last, event.*,
               (select event_id from log.events where stream_id = $1 and version = $2) as behind
        from log.log_head head
        cross join (select log.outcome_of_command($5, $1, $6) as outcome) command
        left join log.stream_page_after($1, $2, $3, $4) event on true
        order by event.version`,
      values: [stream, after, PAGE_EVENTS, PAGE_BYTES, context && eventIdOf(context.commandId, 0), context?.bodyHash],
    });
    const [first] = rows;
    if (!first) throw new Error(NO_HEAD);
    const { epoch, outcome: before, behind, last: version } = first;
    this.#epoch = epoch;
    return {
      epoch,
      version,
      behind: behind ?? undefined,
      ...(before && { before }),
      events: rows.flatMap((row) => (row.position === null ? [] : [recorded(row)])),
    };
  }
}
