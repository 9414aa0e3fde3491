import {
  addUsage,
  costsOf,
  MAX_COUNT,
  MAX_USD,
  NO_USAGE,
  OTHER_MODELS,
  tokensOf,
  withCosts,
  type Usage,
  type UsageCosts,
} from './usage';
import { addUsd, leastUsd, subtractUsd, type Usd } from './usd';

/** The sum of known costs, which may exceed what a usage shows, and the number of costs that are not known. */
type CostSum = Readonly<{ known: Usd; unknown: number }>;

/** A sum of usages of which each may get other costs later: a sum alone does not tell how many of its parts have none. */
export type UsageSum = Readonly<{
  usage: Usage;
  costs: Readonly<{
    byModel: Readonly<Record<string, CostSum>>;
    total: CostSum;
    /** Usages whose costs are not complete. */
    incomplete: number;
  }>;
}>;

const NOTHING: CostSum = { known: '0', unknown: 0 };

export const NO_USAGE_SUM: UsageSum = { usage: NO_USAGE, costs: { byModel: {}, total: NOTHING, incomplete: 0 } };

export const addToSum = (sum: UsageSum, part: Usage): UsageSum =>
  changed({ ...sum, usage: addUsage(sum.usage, part) }, costsOf(part), added);

/** The sum after one of its usages got other costs. */
export const repriceInSum = (sum: UsageSum, before: UsageCosts, after: UsageCosts): UsageSum =>
  changed(changed(sum, before, removed), after, added);

/** The sum with a part of which nothing is known but that there is one. */
export const incompleteSum = ({ usage, costs }: UsageSum): UsageSum =>
  shown({ usage, costs: { ...costs, incomplete: costs.incomplete + 1 } });

type Change = (sum: CostSum | undefined, cost: Usd | null) => CostSum;

const added: Change = (sum = NOTHING, cost) =>
  cost === null ? { ...sum, unknown: sum.unknown + 1 } : { ...sum, known: addUsd(sum.known, countedCost(cost)) };

const removed: Change = (sum = NOTHING, cost) =>
  cost === null ? { ...sum, unknown: sum.unknown - 1 } : { ...sum, known: subtractUsd(sum.known, countedCost(cost)) };

/** A part counts as much as a usage shows of it, whether it was bounded before or not. */
const countedCost = (cost: Usd): Usd => leastUsd(cost, MAX_USD);

function changed({ usage, costs }: UsageSum, { byModel, costUsd, costComplete }: UsageCosts, change: Change): UsageSum {
  // Models may be named like a member of every object.
  const models = new Map(Object.entries(costs.byModel));
  for (const [model, cost] of Object.entries(byModel)) {
    const name = Object.hasOwn(usage.byModel, model) ? model : OTHER_MODELS;
    models.set(name, change(models.get(name), cost));
  }
  const parts = costComplete ? 0 : change(NOTHING, null).unknown;
  return shown({
    usage,
    costs: {
      byModel: Object.fromEntries(models),
      total: change(costs.total, costUsd),
      incomplete: costs.incomplete + parts,
    },
  });
}

/** The usage with the costs that its parts have together. */
function shown({ usage, costs }: UsageSum): UsageSum {
  const byModel = Object.fromEntries(Object.entries(costs.byModel).map(([model, cost]) => [model, boundedCost(cost)]));
  const costUsd = boundedCost(costs.total);
  const isSaturated = costUsd === MAX_USD || tokensOf(usage).totalTokens === MAX_COUNT;
  return { usage: withCosts(usage, { byModel, costUsd, costComplete: costs.incomplete === 0 && !isSaturated }), costs };
}

const boundedCost = ({ known, unknown }: CostSum): Usd | null => (unknown > 0 ? null : leastUsd(known, MAX_USD));
