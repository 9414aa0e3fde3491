import { executionsPerSecond, type Run } from './execution-load';

const run = (startedAt: number, completedAt: number | null, status = 'completed'): Run => ({
  status,
  started_at: new Date(startedAt),
  completed_at: completedAt === null ? null : new Date(completedAt),
});

describe('executions per second', () => {
  it('count from the first start to the last end', () => {
    expect(executionsPerSecond([run(3_000, 5_000), run(1_000, 2_000)])).toBe(0.5);
  });

  it('are refused when an execution did not complete', () => {
    expect(() => executionsPerSecond([run(0, 1_000), run(0, 1_000, 'failed')])).toThrow('an execution is failed');
  });
});
