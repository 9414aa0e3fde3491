import { answered, commands, DomainError, Done, type DataOf, ShortName } from '@syntropic/kernel';
import type { Pool } from 'pg';
import { z } from 'zod';

/** Requests of operators about read models: such as have stopped, and such as are folded anew. */
export const projectionCommands = commands('projections', {
  /** Lets a stopped projection try again; a running one is left alone. */
  RetryProjection: answered({ projection: ShortName }, Done),
  /** Sets the event at which a projection has stopped aside: its read model goes on without it. */
  ParkEvent: answered({ projection: ShortName, position: z.int().min(1), reason: z.string().min(1).max(2_000) }, Done),
  /** Folds a read model anew beside its table; without a name all of them that are not being rebuilt. */
  StartRebuild: answered({ projection: ShortName.optional() }, Done),
  /** Ends a rebuild: the table that is read stays. */
  StopRebuild: answered({ projection: ShortName }, Done),
  /** Lets a rebuild take over although its rows differ from those that are read. */
  AcceptRebuild: answered({ projection: ShortName }, Done),
});

type RetryProjection = DataOf<typeof projectionCommands.RetryProjection>;
type ParkEvent = DataOf<typeof projectionCommands.ParkEvent>;

type StartRebuild = DataOf<typeof projectionCommands.StartRebuild>;
type OneRebuild = DataOf<typeof projectionCommands.StopRebuild>;

type Answer = 'done' | 'not_stopped' | 'rebuilding' | 'not_rebuilding' | 'not_differing' | 'unknown';

/** Repairs and rebuilds projections by hand: their worker notices within a lease. Repeated commands change nothing. */
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

  /** @throws DomainError `projection.not_found`; `projection.rebuilding` */
  async startRebuild({ projection }: StartRebuild, by: string): Promise<void> {
    if (projection === undefined) await this.#startAll(by);
    else await this.#ask('select read.start_rebuild($1, $2) as answer', [projection, by]);
  }

  /** Those that are being rebuilt go on. */
  async #startAll(by: string): Promise<void> {
    await this.pool.query(`select read.start_rebuild(projection, $1) from read.projections()`, [by]);
  }

  /** @throws DomainError `projection.not_found`; `projection.not_rebuilding` */
  async stopRebuild({ projection }: OneRebuild): Promise<void> {
    await this.#ask('select read.stop_rebuild($1) as answer', [projection]);
  }

  /** @throws DomainError `projection.not_found`; `projection.not_differing` when its rebuild has found no difference */
  async acceptRebuild({ projection }: OneRebuild): Promise<void> {
    await this.#ask('select read.accept_rebuild($1) as answer', [projection]);
  }

  async #ask(statement: string, values: readonly [projection: string, ...unknown[]]): Promise<void> {
    const { rows } = await this.pool.query<{ answer: Answer }>(statement, [...values]);
    const [projection, position] = values;
    switch (rows[0]?.answer) {
      case 'unknown':
        throw new DomainError('projection.not_found', `there is no projection ${projection}`, 'not_found');
      case 'not_stopped':
        throw new DomainError('projection.not_stopped', `${projection} has not stopped at ${String(position)}`);
      case 'rebuilding':
        throw new DomainError('projection.rebuilding', `${projection} is being rebuilt`);
      case 'not_rebuilding':
        throw new DomainError('projection.not_rebuilding', `${projection} is not being rebuilt`);
      case 'not_differing':
        throw new DomainError('projection.not_differing', `no rebuild of ${projection} waits for this`);
      case 'done':
      case undefined:
    }
  }
}
