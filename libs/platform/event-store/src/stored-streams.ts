import { eventIdOf, type CommandContext, type Recorded } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { AppendOutcome } from './append';
import { recorded, type EventRow } from './postgres-event-log';

/** The log's epoch, and the next events of a stream, or the outcome of the command if it was carried out before. */
export type StreamPage = Readonly<{ epoch: string; before?: AppendOutcome; events: readonly Recorded[] }>;

type StreamPageRow = Readonly<{ epoch: string; outcome: AppendOutcome | null }> &
  (EventRow | Readonly<{ position: null }>);

/** Reads streams for commands. */
export class StoredStreams {
  constructor(private readonly pool: Pool) {}

  /** Reads the next page of a stream and, in the same statement, the outcome of the command if it was sent before. */
  async find(stream: string, after: number, limit: number, context?: CommandContext): Promise<StreamPage> {
    const { rows } = await this.pool.query<StreamPageRow>({
      name: 'stream-find',
      text: `
        select head.store_epoch as epoch, command.outcome, event.*
        from log.log_head head
        cross join (select log.outcome_of_command($4, $1, $5) as outcome) command
        left join lateral (
          select * from log.events where stream_id = $1 and version > $2 order by version limit $3
        ) event on true
        order by event.version`,
      values: [stream, after, limit, context && eventIdOf(context.commandId, 0), context?.bodyHash],
    });
    const [first] = rows;
    if (!first) throw new Error('the log has no head: it was never initialised');
    const { epoch, outcome: before } = first;
    return {
      epoch,
      ...(before && { before }),
      events: rows.flatMap((row) => (row.position === null ? [] : [recorded(row)])),
    };
  }
}
