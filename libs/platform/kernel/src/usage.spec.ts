import { addUsage, boundedUsage, MAX_MODELS, NO_USAGE, OTHER_MODELS, tokensOf, usageOfModels } from './usage';

const MOST = Number.MAX_SAFE_INTEGER;

const model = (count: number, costUsd: string | null = '1') => ({
  inputTokens: count,
  outputTokens: count,
  cacheCreationTokens: count,
  cacheReadTokens: count,
  costUsd,
});
const models = (number: number, count = 1) =>
  Object.fromEntries(Array.from({ length: number }, (_, index) => [`m${index}`, model(count)]));

describe('usage', () => {
  it('is added up by model', () => {
    const sum = addUsage(usageOfModels({ a: model(1), b: model(2) }), usageOfModels({ a: model(3) }));

    expect(sum.byModel).toEqual({ a: model(4, '2'), b: model(2) });
    expect(sum).toMatchObject({ costUsd: '3', costComplete: true });
  });

  it('stays at the largest count, and is incomplete from there on', () => {
    const sum = addUsage(usageOfModels({ a: model(MOST) }), usageOfModels({ a: model(MOST) }));

    expect(sum.byModel['a']).toMatchObject(model(MOST, '2'));
    expect(tokensOf(sum).totalTokens).toBe(MOST);
    expect(sum.costComplete).toBe(false);
    expect(addUsage(sum, NO_USAGE).costComplete).toBe(false);
  });

  it('stays at the largest cost', () => {
    const dear = usageOfModels({ a: model(1, '600000000') });

    expect(addUsage(dear, dear)).toMatchObject({ costUsd: '999999999', costComplete: false });
  });

  it('names a limited number of models, and adds up the others', () => {
    const { byModel, costUsd } = boundedUsage({ ...NO_USAGE, byModel: models(300), costUsd: '300' });

    expect(Object.keys(byModel)).toHaveLength(MAX_MODELS);
    expect(byModel[OTHER_MODELS]).toEqual(model(201, '201'));
    expect(costUsd).toBe('300');
  });

  it('has no cost while one of its models has none', () => {
    expect(usageOfModels({ a: model(1), b: model(1, null) })).toMatchObject({ costUsd: null, costComplete: false });
  });
});
