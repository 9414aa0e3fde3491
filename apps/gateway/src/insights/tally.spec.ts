import { NO_USAGE, type Usage } from '@syntropic/kernel';
import type { ExecutionFacts } from './execution-facts';
import { Tally } from './tally';

const model = (costUsd: string | null) => ({
  inputTokens: 1,
  outputTokens: 2,
  cacheCreationTokens: 3,
  cacheReadTokens: 4,
  costUsd,
});
const costing = (costUsd: string): Usage => ({ ...NO_USAGE, byModel: { a: model(costUsd) }, costUsd });

const anExecution = (own: Partial<ExecutionFacts> = {}): ExecutionFacts => ({
  execution_id: 'exec-0123456789ab',
  workflow_id: 'review',
  status: 'completed',
  started_at: '2026-01-01T00:00:00.000Z',
  usage: NO_USAGE,
  repositories: ['github:acme/api'],
  ...own,
});

function tallyOf(...executions: readonly Partial<ExecutionFacts>[]): Tally {
  const tally = new Tally();
  for (const one of executions) tally.add(anExecution(one));
  return tally;
}
const ended = (statuses: string): Tally =>
  tallyOf(...Array.from(statuses, (one) => ({ status: one === '+' ? ('completed' as const) : ('failed' as const) })));

describe('a tally of executions', () => {
  it('adds up what they cost, for each of their repositories as a whole', () => {
    const tally = tallyOf(
      { usage: costing('0.1'), repositories: ['github:acme/api', 'github:acme/web'] },
      { usage: costing('0.2'), workflow_id: 'plan' },
      { usage: costing('0.000000001'), repositories: [] },
    );
    expect(tally.usage.costUsd).toBe('0.300000001');
    expect(Object.fromEntries(tally.costByRepository)).toEqual({ 'github:acme/api': '0.3', 'github:acme/web': '0.1' });
    expect(Object.fromEntries(tally.costByWorkflow)).toEqual({ review: '0.100000001', plan: '0.2' });
    expect(tally.executions).toBe(3);
  });

  it('adds up the known costs of an execution with a model of unknown price', () => {
    const usage = { ...NO_USAGE, byModel: { a: model('0.5'), b: model(null) }, costUsd: null };
    const tally = tallyOf({ usage }, { usage: costing('1') });
    expect(Object.fromEntries(tally.costByWorkflow)).toEqual({ review: '1.5' });
    expect(tally.usage.costUsd).toBeNull();
  });

  it('counts as outcomes only executions that have completed or failed', () => {
    const tally = tallyOf(
      { status: 'completed' },
      { status: 'failed' },
      { status: 'cancelled' },
      { status: 'running' },
      { status: 'paused' },
      { status: 'interrupted', started_at: '2026-01-02T00:00:00.000Z' },
    );
    expect([tally.executions, tally.outcomes, tally.active, tally.successRate]).toEqual([6, 2, 3, 0.5]);
    expect(tally.lastStartedAt).toBe('2026-01-02T00:00:00.000Z');
  });

  it.each([
    ['', 'inactive'],
    ['+++++++++-', 'healthy'],
    ['++++++++-', 'degraded'],
    ['+-', 'degraded'],
    ['+--', 'failing'],
  ])('of the outcomes %s is %s', (statuses, condition) => {
    expect(ended(statuses).condition).toBe(condition);
  });

  it('is healthy without an outcome so far', () => {
    expect(tallyOf({ status: 'running' }).condition).toBe('healthy');
  });

  it.each([
    ['--', 'stable'],
    ['++++++++++', 'stable'],
    ['----------++++++++++', 'improving'],
    ['++++++++++----------', 'degrading'],
    ['+-'.repeat(10), 'stable'],
  ])('has for the outcomes %s the trend %s', (statuses, trend) => {
    expect(ended(statuses).trend).toBe(trend);
  });
});
