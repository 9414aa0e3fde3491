import { NO_USAGE, type Event, type Recorded, type Usage } from '@syntropic/kernel';
import type { ExecutionRow } from './execution-row';
import { executionProjection } from './execution.projection';

const ids = { executionId: 'exec-2', workflowId: 'w' };
const definition = (phaseId: string, order: number) => ({
  phaseId,
  name: phaseId,
  order,
  agent: { provider: 'simulated' },
});
const started = {
  type: 'ExecutionStarted',
  data: {
    ...ids,
    workflowName: 'W',
    inputs: {},
    repos: [],
    phases: [definition('one', 1), definition('two', 2), definition('three', 3)],
    rerunOf: { executionId: 'exec-1', status: 'failed' },
  },
};
const used = (costUsd: string | null, costComplete = true) => ({
  inputTokens: 1,
  outputTokens: 2,
  cacheCreationTokens: 3,
  cacheReadTokens: 4,
  costUsd,
  costComplete,
});
const of = (phaseId: string, what: object) => ({
  phaseId,
  executionId: 'exec-1',
  sessionId: `${phaseId}-1`,
  attempt: 2,
  used: what,
});
const happens = (type: string, data: object = {}): Event => ({ type, data: { ...ids, ...data } });
const takenOver = (...phases: object[]) => happens('PhasesTakenOver', { phases });

/** The row after these, each a second after the one before. */
function after(...events: readonly Event[]): ExecutionRow {
  const row = [started, ...events].reduce<unknown>((before, event, second) => {
    const recorded = { ...event, recordedAt: `2026-01-01T00:00:0${second}.000Z` } as unknown as Recorded;
    return executionProjection.foldOf(event.type)?.(before as ExecutionRow | undefined, recorded, 'exec-2');
  }, undefined);
  return row as ExecutionRow;
}

describe('a rerun', () => {
  it('has its phases and their cost beside its own', () => {
    const row = after(takenOver(of('one', used('0.25')), of('two', used('0.5'))));

    expect(row).toMatchObject({
      rerun_of: 'exec-1',
      completed_phases: 2,
      total_tokens: 0,
      cost_usd: '0',
      taken_over_phases: 2,
      taken_over_tokens: 20,
      taken_over_cost_usd: '0.75',
      taken_over_cost_complete: true,
      detail: { usage: NO_USAGE },
    });
    expect(row.detail.phases).toMatchObject([
      { status: 'completed', sessionId: 'one-1', attempt: 2, usage: NO_USAGE, takenOver: { executionId: 'exec-1' } },
      { status: 'completed', sessionId: 'two-1' },
      { status: 'pending', sessionId: null },
    ]);
  });

  it('counts its own phases and their cost as any other', () => {
    const session = { phaseId: 'two', sessionId: 'own', attempt: 1, leg: 1 };
    const usage: Usage = { ...NO_USAGE, costUsd: '0.1' };
    const row = after(
      takenOver(of('one', used('0.25'))),
      happens('PhaseQueued', session),
      happens('PhaseStarted', session),
      happens('PhaseCompleted', { ...session, usage, artifacts: [{ artifactId: 'a' }] }),
    );

    expect(row).toMatchObject({ completed_phases: 2, cost_usd: '0.1', taken_over_cost_usd: '0.25' });
    expect(row.detail.phases.map(({ artifactIds }) => artifactIds)).toEqual([[], ['a'], []]);
  });

  it('knows no sum of costs of which one is unknown, or incomplete', () => {
    expect(after(takenOver(of('one', used('0.25')), of('two', used(null))))).toMatchObject({
      taken_over_cost_usd: null,
    });
    expect(after(takenOver(of('one', used('0.25', false))))).toMatchObject({ taken_over_cost_complete: false });
  });
});

describe('the next automatic retry', () => {
  const interrupted = happens('ExecutionInterrupted', { why: 'lease_lost', sessions: [], retryInSeconds: 90 });
  const retryAt = '2026-01-01T00:01:31.000Z';

  it('is known from the interruption on', () => {
    expect(after(interrupted).detail).toMatchObject({ retryAt, automaticRetries: 0 });
  });

  it.each([
    ['that retry', happens('ExecutionRetried', { phaseIds: [], automaticRetry: 1 }), 1],
    ['a requested one', happens('ExecutionRetried', { phaseIds: [] }), 0],
    ['a cancellation', happens('ExecutionCancelled'), 0],
  ])('is none after %s', (_, event, automaticRetries) => {
    const { detail } = after(interrupted, event);
    expect(detail.retryAt).toBeUndefined();
    expect(detail.automaticRetries).toBe(automaticRetries);
  });
});
