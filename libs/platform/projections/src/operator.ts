import { answered, commands, DomainError, Done, type DataOf, ShortName } from '@syntropic/kernel';
import type { Pool } from 'pg';
import { z } from 'zod';

/** Requests of operators about read models that have stopped. */
export const projectionCommands = commands('projections', {
  /** Lets a stopped projection try again; a running one is left alone. */
  RetryProjection: answered({ projection: ShortName }, Done),
  /** Sets the event at which a projection has stopped aside: its read model goes on without it. */
  ParkEvent: answered({ projection: ShortName, position: z.int().min(1), reason: z.string().min(1).max(2_000) }, Done),
});

type RetryProjection = DataOf<typeof projectionCommands.RetryProjection>;
type ParkEvent = DataOf<typeof projectionCommands.ParkEvent>;

type Answer = 'done' | 'not_stopped' | 'unknown';

/** Repairs stopped projections by hand: their worker notices within a lease. Repeated commands change nothing. */
export class ProjectionOperator {
  constructor(private readonly pool: Pool) {}

  /** @throws DomainError `projection.not_found` */
  async retry({ projection }: RetryProjection): Promise<void> {
    await this.#ask('select read.retry_projection($1) as answer', [projection]);
  }

  /** @throws DomainError `projection.not_found`; `projection.not_stopped` when it has not stopped at this event */
  async park({ projection, position, reason }: ParkEvent, by: string): Promise<void> {
    await this.#ask('select read.park_event($1, $2, $3, $4) as answer', [projection, position, reason, by]);
  }

  async #ask(statement: string, values: readonly [projection: string, ...unknown[]]): Promise<void> {
    const { rows } = await this.pool.query<{ answer: Answer }>(statement, [...values]);
    const [projection, position] = values;
    switch (rows[0]?.answer) {
      case 'unknown':
        throw new DomainError('projection.not_found', `there is no projection ${projection}`, 'not_found');
      case 'not_stopped':
        throw new DomainError('projection.not_stopped', `${projection} has not stopped at ${String(position)}`);
      case 'done':
      case undefined:
    }
  }
}
