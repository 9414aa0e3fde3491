import { eventIdOf, type CommandContext, type Recorded } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { AppendOutcome } from './append';
import { recorded, type EventRow } from './postgres-event-log';

/** What a command finds: that it was carried out before, or the next events of its stream. */
export type Found = Readonly<{ before?: AppendOutcome; events: readonly Recorded[] }>;

type FoundRow = Readonly<{ outcome: AppendOutcome | null }> & (EventRow | Readonly<{ position: null }>);

/** Streams as commands read them. */
export class StoredStreams {
  constructor(private readonly pool: Pool) {}

  /** The next page of a stream and, in the same statement, what became of this command if it was sent before. */
  async find(stream: string, after: number, limit: number, context: CommandContext): Promise<Found> {
    const { rows } = await this.pool.query<FoundRow>({
      name: 'stream-find',
      text: `
        select command.outcome, event.*
        from (select log.outcome_of_command($4, $1, $5) as outcome) command
        left join lateral (
          select * from log.events where stream_id = $1 and version > $2 order by version limit $3
        ) event on true
        order by event.version`,
      values: [stream, after, limit, eventIdOf(context.commandId, 0), context.bodyHash],
    });
    const before = rows[0]?.outcome;
    return {
      ...(before && { before }),
      events: rows.flatMap((row) => (row.position === null ? [] : [recorded(row)])),
    };
  }
}
