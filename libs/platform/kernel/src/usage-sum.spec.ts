import fc from 'fast-check';
import { addUsage, costsOf, MAX_MODELS, NO_USAGE, OTHER_MODELS, usageOfModels, withCosts, type Usage } from './usage';
import { addToSum, incompleteSum, NO_USAGE_SUM, repriceInSum } from './usage-sum';

const model = (costUsd: string | null) => ({
  inputTokens: 1,
  outputTokens: 2,
  cacheCreationTokens: 3,
  cacheReadTokens: 4,
  costUsd,
});
const sumOf = (usages: readonly Usage[]) => usages.reduce(addToSum, NO_USAGE_SUM);

/** Costs of one model of each usage, now and later; null where the model has no price. */
const costs = fc.constantFrom(null, '0', '0.000000001', '0.25', '600000000');
const usages = fc.array(fc.tuple(fc.constantFrom('a', 'toString', '__proto__'), costs, costs), { maxLength: 12 });

describe('a sum of usages', () => {
  it('is what adding them gives', () => {
    fc.assert(
      fc.property(usages, (parts) => {
        const all = parts.map(([name, cost]) => usageOfModels({ [name]: model(cost) }));
        expect(sumOf(all).usage).toEqual(all.reduce(addUsage, NO_USAGE));
      }),
    );
  });

  it('is after a change of costs what it is when they were so from the beginning', () => {
    fc.assert(
      fc.property(usages, (parts) => {
        const before = parts.map(([name, cost]) => usageOfModels({ [name]: model(cost) }));
        const after = parts.map(([name, , cost]) => usageOfModels({ [name]: model(cost) }));
        const repriced = before.reduce(
          (sum, usage, index) => repriceInSum(sum, costsOf(usage), costsOf(after[index] ?? usage)),
          sumOf(before),
        );
        expect(repriced).toEqual(sumOf(after));
      }),
    );
  });

  it('has the models beyond the most together, in whatever order they are stored', () => {
    const many = Array.from({ length: 120 }, (_, index) => usageOfModels({ [`m${index}`]: model('1') }));
    const { usage, costs } = sumOf(many);
    const stored = Object.fromEntries(Object.entries(usage.byModel).sort(([one], [other]) => (one < other ? 1 : -1)));
    const sum = addToSum({ usage: { ...usage, byModel: stored }, costs }, usageOfModels({ m200: model('1') }));
    const last = usageOfModels({ m119: model('1') });
    const repriced = repriceInSum(
      sum,
      costsOf(last),
      costsOf(withCosts(last, { ...costsOf(last), byModel: { m119: '3' }, costUsd: '3' })),
    );

    expect(Object.keys(sum.usage.byModel)).toHaveLength(MAX_MODELS);
    expect(repriced.usage.byModel[OTHER_MODELS]).toMatchObject({ inputTokens: 22, costUsd: '24' });
    expect(repriced.usage.costUsd).toBe('123');
  });

  it('stays incomplete with a part of which nothing is known', () => {
    const one = usageOfModels({ a: model(null) });
    const sum = repriceInSum(incompleteSum(sumOf([one])), costsOf(one), costsOf(usageOfModels({ a: model('1') })));

    expect(sum.usage).toMatchObject({ costUsd: '1', costComplete: false });
  });
});
