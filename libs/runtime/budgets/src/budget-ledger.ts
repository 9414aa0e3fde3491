import type { Pool } from 'pg';

/** Dollars, tokens or seconds, as a decimal number in text. */
type Amount = string;

type Kind = 'usd' | 'tokens' | 'wall_seconds';

export type Limit = Readonly<{ kind: Kind; limit: Amount }>;

/** The session that spends, with the token of its lease. */
export type Spender = Readonly<{ executionId: string; sessionId: string; token: number }>;

export type PlannedCall = Readonly<{
  callId: string;
  inputTokens: number;
  /** Absent for a model without a known price, as is the price of its answer. */
  inputUsd?: Amount | undefined;
  /** Dollars per million tokens of the answer. */
  outputPrice?: Amount | undefined;
  maxOutputTokens?: number | undefined;
}>;

/** The usage of a call. Without dollars its model has no known price. */
export type SettledCall = Readonly<{
  callId: string;
  model: string;
  tokens: number;
  outputTokens: number;
  usd?: Amount | undefined;
}>;

/** The usage of a session so far. `sequence` orders the reports. */
export type SessionReport = Readonly<{
  sequence: number;
  tokens: number;
  usd: Amount;
  unpricedModel?: string | undefined;
}>;

/** A limit that holds the execution up. */
export type ExceededLimit = Readonly<{
  kind: Kind;
  limit: Amount;
  spent: Amount;
  reserved: Amount;
  needed?: Amount | undefined;
  cause: 'spent' | 'reserved' | 'unpriced';
  model?: string | undefined;
}>;

/** `wait`: the calls in flight take the room that is left. */
export type Reserved = Readonly<
  { verdict: 'granted' | 'wait' | 'lease_lost' } | { verdict: 'exceeded'; exceeded: ExceededLimit }
>;

/** A change of the clock: an agent runs, is frozen or has ended; all frozen ones go on; none runs; the execution has ended. */
export type ClockChange = 'run' | 'hold' | 'drop' | 'resume' | 'clear' | 'close';

export type SpentAmounts = Readonly<Record<Kind, Amount>>;

/** The ledger of budgets: one row for each execution that has one. The database decides, and its clock counts the time. */
export class BudgetLedger {
  constructor(private readonly pool: Pool) {}

  /** Sets the limits as of an event. An older event changes nothing. */
  async setLimits(executionId: string, limits: readonly Limit[], asOf: number): Promise<void> {
    const limitOf = (kind: Kind) => limits.find((one) => one.kind === kind)?.limit ?? null;
    await this.pool.query(
      `insert into ops.budgets as b (execution_id, usd_limit, tokens_limit, wall_seconds_limit, as_of)
       values ($1, $2, $3, $4, $5)
       on conflict (execution_id) do update
          set usd_limit = excluded.usd_limit, tokens_limit = excluded.tokens_limit,
              wall_seconds_limit = excluded.wall_seconds_limit, as_of = excluded.as_of
        where b.as_of < excluded.as_of`,
      [executionId, limitOf('usd'), limitOf('tokens'), limitOf('wall_seconds'), asOf],
    );
  }

  /** Moves the clock to the time at which an event was recorded. */
  async moveClock({ executionId, sessionId, change, at }: ClockMove, position: number): Promise<void> {
    await this.pool.query('select ops.move_budget_clock($1, $2, $3, $4, $5)', [
      executionId,
      position,
      at,
      change,
      sessionId,
    ]);
  }

  async reserve({ executionId, sessionId, token }: Spender, call: PlannedCall): Promise<Reserved> {
    const { callId, inputTokens, inputUsd, outputPrice, maxOutputTokens } = call;
    const { rows } = await this.pool.query<ReservedRow>(
      `select verdict, kind, "limit"::text, spent::text, reserved::text, trim_scale(needed)::text as needed, cause
         from ops.reserve_budget($1, $2, $3, $4, $5, $6, $7, $8)`,
      [executionId, sessionId, token, callId, inputTokens, inputUsd, outputPrice, maxOutputTokens],
    );
    const [row] = rows;
    if (!row) throw new Error('a reservation is always answered');
    const { verdict, needed, ...exceeded } = row;
    if (verdict !== 'exceeded') return { verdict };
    return { verdict, exceeded: { ...exceeded, ...(needed !== null && { needed }) } };
  }

  /** Counts a call once. Answers the limits that are reached. */
  settle({ executionId, sessionId, token }: Spender, call: SettledCall): Promise<readonly ExceededLimit[]> {
    const { callId, tokens, outputTokens, usd, model } = call;
    return this.#reached('ops.settle_budget($1, $2, $3, $4, $5, $6, $7, $8)', [
      ...[executionId, sessionId, token, callId, tokens, outputTokens, usd, model],
    ]);
  }

  /** Counts the usage of a session whose calls are not settled one by one. Answers the limits that are reached. */
  settleSession({ executionId, sessionId, token }: Spender, report: SessionReport): Promise<readonly ExceededLimit[]> {
    const { sequence, tokens, usd, unpricedModel } = report;
    return this.#reached('ops.settle_session_budget($1, $2, $3, $4, $5, $6, $7)', [
      ...[executionId, sessionId, token, sequence, tokens, usd, unpricedModel],
    ]);
  }

  /** Zero for an execution without a ledger. */
  async spent(executionId: string): Promise<SpentAmounts> {
    const { rows } = await this.pool.query<{ kind: Kind; spent: Amount }>(
      'select kind, spent::text from ops.budget_limits where execution_id = $1',
      [executionId],
    );
    return {
      usd: '0',
      tokens: '0',
      wall_seconds: '0',
      ...Object.fromEntries(rows.map(({ kind, spent }) => [kind, spent])),
    };
  }

  /** The executions whose agents have run for as long as they may. */
  async outOfTime(
    limit: number,
  ): Promise<readonly Readonly<{ executionId: string; clockAsOf: number } & ExceededLimit>[]> {
    const { rows } = await this.pool.query<{ executionId: string; clockAsOf: number; limit: Amount; spent: Amount }>(
      `with due as (
         select execution_id, clock_as_of from ops.budgets
          where running_since is not null and wall_seconds_limit is not null
            and ran_for + (clock_timestamp() - running_since) >= wall_seconds_limit * interval '1 s'
          order by running_since limit $1
       )
       select execution_id as "executionId", clock_as_of as "clockAsOf", "limit"::text, spent::text
         from due join ops.budget_limits using (execution_id) where kind = 'wall_seconds'`,
      [limit],
    );
    return rows.map((row) => ({ ...row, kind: 'wall_seconds', reserved: '0', cause: 'spent' }));
  }

  /** Deletes the budgets of executions that ended a week ago. */
  async forget(): Promise<void> {
    await this.pool.query(
      `delete from ops.budgets where execution_id in (
         select execution_id from ops.budgets where closed_at < clock_timestamp() - interval '7 days' limit 500)`,
    );
  }

  async #reached(call: string, values: unknown[]): Promise<readonly ExceededLimit[]> {
    const { rows } = await this.pool.query<ReachedRow>(
      `select kind, "limit"::text, spent::text, reserved::text, cause, unpriced_model as model from ${call}`,
      values,
    );
    return rows.map(({ model, ...limit }) => ({ ...limit, ...(model !== null && { model }) }));
  }
}

export type ClockMove = Readonly<{
  executionId: string;
  /** Absent for changes of the whole execution. */
  sessionId?: string | undefined;
  change: ClockChange;
  /** ISO 8601. */
  at: string;
}>;

type Nullable<T> = { [Key in keyof T]: T[Key] | null };
type ReservedRow = Readonly<
  Omit<Required<ExceededLimit>, 'model' | 'needed'> & {
    verdict: Reserved['verdict'];
    needed: Amount | null;
  }
>;
type ReachedRow = Readonly<Omit<ExceededLimit, 'model' | 'needed'> & Nullable<{ model: string }>>;
