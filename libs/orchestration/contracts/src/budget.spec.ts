import { parseWorkflowYaml } from './workflow-yaml';

const workflow = (budget: string) =>
  parseWorkflowYaml(
    `id: a\nname: A\nbudget: ${budget}\nphases:\n  - {id: one, name: One, order: 1, prompt_template: go}\n`,
  );
const budgetIn = (budget: string) => {
  const parsed = workflow(budget);
  return 'definition' in parsed ? parsed.definition.budget : parsed.faults;
};

describe('a budget in a document', () => {
  it('has limits, each with its own action or that of the budget', () => {
    expect(budgetIn('{usd: 0.1, tokens: {limit: 1000000000000, on_exceeded: pause}, on_exceeded: cancel}')).toEqual([
      { kind: 'usd', limit: '0.1', onExceeded: 'cancel' },
      { kind: 'tokens', limit: '1000000000000', onExceeded: 'pause' },
    ]);
    expect(budgetIn('{wall_seconds: 60}')).toEqual([{ kind: 'wall_seconds', limit: '60', onExceeded: 'pause' }]);
  });

  it.each([
    ['{usd: 0}', 'budget.usd', '>=0.000001'],
    ['{usd: 1000001}', 'budget.usd', '<=1000000'],
    ['{tokens: {limit: 1.5}}', 'budget.tokens', 'a whole number from 1'],
    ['{wall_seconds: {limit: 5, on_exceeded: stop}}', 'budget.wall_seconds', 'on_exceeded: pause | cancel'],
    ['{usd: 1, on_exceeded: stop}', 'budget.on_exceeded', 'pause'],
    ['{dollars: 1, usd: 1}', 'budget.dollars', 'not a field'],
    ['{}', 'budget', 'names no limit'],
  ])('is refused as %s, by the field and its bounds', (budget, field, message) => {
    expect(budgetIn(budget)).toEqual([
      { field, message: expect.stringContaining(message) as string, line: 3, column: expect.any(Number) as number },
    ]);
  });
});
