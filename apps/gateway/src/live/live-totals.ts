import type { Usage } from '@syntropic/kernel';
import { tokensView } from '@syntropic/live';
import { costByModel, costView } from '../display/usage-fields';
import { BudgetFrames } from './budget-frames';
import type { LiveEvent } from './live-event';
import type { LiveTables } from './live-tables';

const CHANGES_TOTALS: ReadonlySet<string> = new Set(['token_usage', 'model_call', 'session_summary', 'leg_ended']);

/** Does the event change the sums of tokens and cost? */
export const changesTotals = (event: LiveEvent): boolean =>
  event.lane === 'telemetry' && CHANGES_TOTALS.has(event.item.type);

/** The sums of an execution as events of its stream, whenever they have changed. */
export class LiveTotals {
  readonly #budget: BudgetFrames;
  readonly #last = new Map<string, LiveEvent>();
  #shown = '';
  /** The sums may have changed, and were not read since. */
  mayDiffer = false;

  constructor(
    private readonly executionId: string,
    private readonly tables: LiveTables,
  ) {
    this.#budget = new BudgetFrames(() => tables.limits(executionId));
  }

  /** The sums as they were read last. */
  get last(): readonly LiveEvent[] {
    return [...this.#last.values()];
  }

  notice(event: LiveEvent): void {
    this.mayDiffer ||= changesTotals(event);
    if (event.lane === 'domain') this.#budget.notice(event.item);
  }

  /** Tokens, cost and the budget, as far as they have changed. */
  async next(): Promise<readonly LiveEvent[]> {
    this.mayDiffer = false;
    const { usage } = await this.tables.totals(this.executionId);
    const shown = JSON.stringify(usage);
    if (shown === this.#shown) return [];

    this.#shown = shown;
    const sums = Object.entries(totalsFrames(usage)).map(([event, data]) => this.#kept(event, data));
    return [...sums, ...(await this.nextBudget())];
  }

  async nextBudget(): Promise<readonly LiveEvent[]> {
    const frame = await this.#budget.next();
    return frame ? [this.#kept('budget', frame)] : [];
  }

  #kept(event: string, data: object): LiveEvent {
    const totals: LiveEvent = { lane: 'totals', event, data };
    this.#last.set(event, totals);
    return totals;
  }
}

/** Totals, never differences: a client that misses one frame still gets the right sum. */
const totalsFrames = (usage: Usage) => ({
  tokens: tokensView(usage),
  cost: { ...costView(usage), cost_by_model: costByModel(usage) },
});
