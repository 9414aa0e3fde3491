import type { Pool } from 'pg';
import type { Limit } from './budget-ledger';

/** A limit with the amounts at this moment. */
export type LimitNow = Limit & Readonly<{ spent: string; reserved: string }>;

/** The present amounts of budgets, for queries. */
export class BudgetReader {
  constructor(private readonly pool: Pool) {}

  /** Empty for an execution without limits, and for one that ended long ago. */
  async limitsOf(executionId: string): Promise<readonly LimitNow[]> {
    const { rows } = await this.pool.query<LimitNow>({
      name: 'budget-limits-of',
      text: `select kind, "limit"::text, spent::text, reserved::text from ops.budget_limits
              where execution_id = $1 and "limit" is not null`,
      values: [executionId],
    });
    return rows;
  }
}
