import { repeat } from '@syntropic/async';
import { DomainError, isMalformed, type AddressedCommand, type CommandContext } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { SendCommand } from './send-command';

/** The event that started or stopped a timer, and the action's index in the answer to it: the later one counts. */
export type TimerPosition = Readonly<{ process: string; key: string; position: number; ordinal: number }>;

export type NewTimer = TimerPosition & Readonly<{ due: DueTime; command: AddressedCommand; context: CommandContext }>;

/** Counted from a recorded moment, so that a repeated start is due at the same time. */
type DueTime = Readonly<{ from: string; afterSeconds: number }>;

type DueTimer = TimerPosition & Readonly<{ command: AddressedCommand & { commandContext: CommandContext } }>;

const LOOK_EVERY_MS = 250;
const FORGET_EVERY_MS = 3_600_000;
const AT_ONCE = 100;

/** Commands for later, by the database's clock. Fired at least once, always with the same command id. */
export class Timers {
  constructor(
    private readonly pool: Pool,
    private readonly send: SendCommand,
    private readonly log: Pick<Logger, 'debug' | 'warn'>,
  ) {}

  async start({ process, key, position, ordinal, due, command, context }: NewTimer): Promise<void> {
    await this.pool.query(
      `insert into ops.timers as t (process, key, position, ordinal, due_at, command)
       values ($1, $2, $3, $4, $5::timestamptz + $6 * interval '1 s', $7)
       on conflict (process, key) do update
          set position = excluded.position, ordinal = excluded.ordinal, due_at = excluded.due_at,
              command = excluded.command, attempts = 0, failing_since = null, settled_at = null
        where (t.position, t.ordinal) < (excluded.position, excluded.ordinal)`,
      [process, key, position, ordinal, due.from, due.afterSeconds, { ...command, commandContext: context }],
    );
  }

  async stop({ process, key, position, ordinal }: TimerPosition): Promise<void> {
    await this.pool.query(
      `insert into ops.timers as t (process, key, position, ordinal, settled_at)
       values ($1, $2, $3, $4, clock_timestamp())
       on conflict (process, key) do update
          set position = excluded.position, ordinal = excluded.ordinal, due_at = null, settled_at = excluded.settled_at
        where (t.position, t.ordinal) < (excluded.position, excluded.ordinal)`,
      [process, key, position, ordinal],
    );
  }

  /** Fires due timers and deletes settled ones until the signal. Two replicas at once are harmless; one at a time is cheaper. */
  async run(signal: AbortSignal): Promise<void> {
    const warn = (message: string) => (error: unknown) => {
      this.log.warn({ err: error }, message);
    };
    const firing = { everyMs: LOOK_EVERY_MS, onFault: warn('looking for due timers failed and is tried again') };
    const forgetting = {
      everyMs: FORGET_EVERY_MS,
      onFault: warn('deleting settled timers failed until the next hour'),
    };
    await Promise.all([
      repeat(signal, firing, () => this.fireDue()),
      repeat(signal, forgetting, () => this.forgetSettled()),
    ]);
  }

  async fireDue(): Promise<void> {
    const { rows } = await this.pool.query<DueTimer>(
      `select process, key, position, ordinal, command from ops.timers
        where due_at <= clock_timestamp() order by due_at limit $1`,
      [AT_ONCE],
    );
    await Promise.all(rows.map((timer) => this.#fire(timer)));
  }

  /** Deletes timers a day after they were settled. Those that a process behind them may still start or stop again are kept. */
  async forgetSettled(): Promise<void> {
    await this.pool.query(
      `delete from ops.timers t where t.due_at is null and t.settled_at < clock_timestamp() - interval '1 day'
          and not exists (select from ops.processes p where p.name = t.process and p.position < t.position)`,
    );
  }

  async #fire(timer: DueTimer): Promise<void> {
    const { commandContext, ...command } = timer.command;
    try {
      await this.send(command, commandContext);
    } catch (error) {
      if (!(error instanceof DomainError) || isMalformed(error)) return this.#postpone(timer, error);
      this.log.debug({ code: error.code, timer: timer.key }, 'the command of a timer was refused');
    }
    await this.#settle(timer);
  }

  /** Leaves a timer alone that its process has started anew meanwhile. */
  async #settle({ process, key, position, ordinal }: TimerPosition): Promise<void> {
    await this.pool.query(
      `update ops.timers set due_at = null, settled_at = clock_timestamp()
        where process = $1 and key = $2 and position = $3 and ordinal = $4 and due_at is not null`,
      [process, key, position, ordinal],
    );
  }

  async #postpone({ process, key, position, ordinal }: TimerPosition, error: unknown): Promise<void> {
    this.log.warn({ err: error, timer: key }, 'a timer could not send its command and tries again');
    await this.pool.query(
      `update ops.timers
          set attempts = attempts + 1, failing_since = coalesce(failing_since, clock_timestamp()),
              due_at = clock_timestamp() + least(60, 2 ^ least(attempts, 6)) * interval '1 s'
        where process = $1 and key = $2 and position = $3 and ordinal = $4 and due_at is not null`,
      [process, key, position, ordinal],
    );
  }
}
