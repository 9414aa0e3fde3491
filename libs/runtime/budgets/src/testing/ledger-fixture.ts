import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { BudgetLedger, type Limit } from '../budget-ledger';
import { BudgetReader } from '../budget-reader';

/** A ledger with a database of its own, in the role of command-service. */
export class LedgerFixture {
  readonly #database = useDatabase();
  #pool: Pool | undefined;

  constructor() {
    afterAll(() => this.#pool?.end());
  }

  get pool(): Pool {
    return (this.#pool ??= createPool(this.#database.urlAs('syn_command_service'), { max: 8 }));
  }

  get ledger(): BudgetLedger {
    return new BudgetLedger(this.pool);
  }

  /** The owner's role, which may change every row. */
  get owner(): Pool {
    return this.#database.pool;
  }

  /** An execution with these limits, and the session that holds its only lease. */
  async budgeted(...limits: Limit[]) {
    const executionId = `exec-${randomUUID().slice(-12)}`;
    await this.ledger.setLimits(executionId, limits, 1);
    return this.leased(executionId);
  }

  async leased(executionId: string, sessionId: string = randomUUID()) {
    const { rows } = await this.owner.query<{ token: number }>(
      `insert into ops.work as w (session_id, execution_id, workflow_id, phase_id, attempt, leg, backend, provider, as_of,
                                  state, token, runner, expires_at)
       values ($1, $2, 'w', 'p', 1, 1, 'sandbox', 'claude', 1, 'leased', 1, 'r1', now() + interval '1 hour')
       on conflict (session_id) do update set token = w.token + 1, state = 'leased', expires_at = excluded.expires_at
       returning token`,
      [sessionId, executionId],
    );
    return { executionId, sessionId, token: rows[0]?.token ?? 0 };
  }

  loseLease(sessionId: string) {
    return this.owner.query(
      `update ops.work set state = 'lost', token = token + 1, expires_at = null where session_id = $1`,
      [sessionId],
    );
  }

  /** The amounts of each limit, by its kind. */
  async limitsOf(executionId: string) {
    const limits = await new BudgetReader(this.pool).limitsOf(executionId);
    return Object.fromEntries(limits.map(({ kind, ...amounts }) => [kind, amounts]));
  }
}

/** A call of 1,000 input tokens at a dollar a million, and an answer at 5 dollars a million. */
export const call = (more: object = {}) => ({
  callId: randomUUID(),
  ...{ inputTokens: 1_000, inputUsd: '0.001', outputPrice: '5', maxOutputTokens: 32_000 },
  ...more,
});

export const usd = (limit: string): Limit => ({ kind: 'usd', limit });
export const tokens = (limit: string): Limit => ({ kind: 'tokens', limit });
