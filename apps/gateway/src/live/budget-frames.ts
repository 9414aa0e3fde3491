import type { LimitNow } from '@syntropic/budgets';
import type { DomainItem } from '@syntropic/live';
import { BudgetKind } from '@syntropic/orchestration/contracts';
import { z } from 'zod';

const amount = z.string();

/** The data of a frame about a budget. */
export const BudgetFrame = z.object({
  limits: z.array(z.object({ kind: BudgetKind, limit: amount, spent: amount, reserved: amount })).readonly(),
});
type BudgetFrame = Readonly<z.infer<typeof BudgetFrame>>;

/** The amounts of a budget as frames of a live stream: totals, whenever they have changed. Seconds are whole. */
export class BudgetFrames {
  #shown: string | undefined;
  /** An execution without a budget never gets one, so its tables are read once; its ledger may begin after its first event. */
  #hasNone = false;

  constructor(private readonly read: () => Promise<readonly LimitNow[]>) {}

  notice({ data }: DomainItem): void {
    if (data['isBudgeted'] === true) this.#hasNone = false;
  }

  /** Undefined when the frame would show nothing new. */
  async next(): Promise<BudgetFrame | undefined> {
    if (this.#hasNone) return undefined;
    const limits = (await this.read()).map(inWholeSeconds);
    const shown = JSON.stringify(limits);
    if (shown === this.#shown) return undefined;

    this.#hasNone = limits.length === 0 && this.#shown === undefined;
    this.#shown = shown;
    return this.#hasNone ? undefined : { limits };
  }
}

const inWholeSeconds = (limit: LimitNow): LimitNow =>
  limit.kind === 'wall_seconds' ? { ...limit, spent: String(Math.floor(Number(limit.spent))) } : limit;
