import { byLeaseHolder, commands, ExecutionId, ShortName, type AnswerOf } from '@syntropic/kernel';
import { z } from 'zod';
import { Amount } from './budget';

const Count = z.number().int().nonnegative();
const settled = z.object({ isExceeded: z.boolean() });

/** The commands by which runners hold the sessions they lease to the budgets of their executions. */
export const budget = commands('budget', {
  /**
   * Sets an amount aside for a model call: its input, and the answer up to four times the largest so far. Sent again it is granted once.
   * Dollars are absent for a model without a known price. `wait`: the calls in flight leave no room yet. `paused`: the call waits until the
   * execution is resumed. `refused`: it must not go out.
   */
  ReserveBudget: byLeaseHolder(
    {
      executionId: ExecutionId,
      callId: z.uuid(),
      model: ShortName,
      inputTokens: Count,
      inputUsd: Amount.optional(),
      /** Dollars per million tokens of the answer. */
      outputPrice: Amount.optional(),
      /** The most tokens of the answer, as the call limits it. */
      maxOutputTokens: Count.optional(),
    },
    z.object({ verdict: z.enum(['granted', 'wait', 'paused', 'refused']), why: z.string().optional() }),
  ),
  /** The true usage of a call, counted once, also after its lease was lost. `usd` is absent for a model without a price. */
  SettleCall: byLeaseHolder(
    {
      executionId: ExecutionId,
      callId: z.uuid(),
      model: ShortName,
      tokens: Count,
      outputTokens: Count,
      usd: Amount.optional(),
    },
    settled,
  ),
  /** The usage of a session so far, as its agent tells it. `sequence` orders the reports. Without effect where single calls are settled. */
  SettleSession: byLeaseHolder(
    { executionId: ExecutionId, sequence: Count, tokens: Count, usd: Amount, unpricedModel: ShortName.optional() },
    settled,
  ),
});

export type BudgetVerdict = AnswerOf<typeof budget.ReserveBudget>;
