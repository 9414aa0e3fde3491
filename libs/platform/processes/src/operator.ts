import { answered, commands, DomainError, Done, ShortName, type DataOf } from '@syntropic/kernel';
import type { Pool } from 'pg';
import { z } from 'zod';

/** Requests of operators about processes that fail or have stopped. */
export const processCommands = commands('processes', {
  /** Lets failing events be tried at once; a process stopped by a restore goes on behind the named position. */
  RetryProcess: answered({ process: ShortName, position: z.int().min(0).optional() }, Done),
  /** Sets a failing event aside: its process goes on with the events behind it. */
  ParkProcessEvent: answered(
    { process: ShortName, position: z.int().min(1), reason: z.string().min(1).max(2_000) },
    Done,
  ),
});

type RetryProcess = DataOf<typeof processCommands.RetryProcess>;
type ParkProcessEvent = DataOf<typeof processCommands.ParkProcessEvent>;

type RetryAnswer = 'done' | 'stopped' | 'beyond_head' | 'unknown';
type ParkAnswer = 'done' | 'not_failing' | 'unknown';

/** Repairs processes by hand: their leader notices within a second. Repeated commands change nothing. */
export class ProcessOperator {
  constructor(private readonly pool: Pool) {}

  /** @throws DomainError `process.not_found`, `process.log_restored`, `process.position_beyond_head` */
  async retry({ process, position }: RetryProcess): Promise<void> {
    switch (await this.#ask<RetryAnswer>('select ops.retry_process($1, $2) as answer', [process, position])) {
      case 'unknown':
        throw notFound(process);
      case 'stopped':
        throw new DomainError(
          'process.log_restored',
          `the log was restored: name the position behind which ${process} goes on`,
        );
      case 'beyond_head':
        throw new DomainError(
          'process.position_beyond_head',
          'the log ends before this position',
          'invalid',
          'position',
        );
      case 'done':
      case undefined:
    }
  }

  /** @throws DomainError `process.not_found`, `process.not_failing` */
  async park({ process, position, reason }: ParkProcessEvent, by: string): Promise<void> {
    const values = [process, position, reason, by];
    switch (await this.#ask<ParkAnswer>('select ops.park_process_event($1, $2, $3, $4) as answer', values)) {
      case 'unknown':
        throw notFound(process);
      case 'not_failing':
        throw new DomainError('process.not_failing', `${process} does not fail at ${position}`);
      case 'done':
      case undefined:
    }
  }

  async #ask<Answer>(statement: string, values: readonly unknown[]): Promise<Answer | undefined> {
    const { rows } = await this.pool.query<{ answer: Answer }>(statement, [...values]);
    return rows[0]?.answer;
  }
}

const notFound = (process: string) =>
  new DomainError('process.not_found', `there is no process ${process}`, 'not_found');
