import { costsOf, NO_USAGE, usageOfModels, type Event, type Recorded, type Usage } from '@syntropic/kernel';
import type { ExecutionRow } from './execution-row';
import { executionProjection } from './execution.projection';

const ids = { executionId: 'exec-1', workflowId: 'w' };
const USED: Usage = { ...NO_USAGE, costUsd: '0.5', toolCalls: 2 };
const NO_ACCOUNT: Usage = { ...NO_USAGE, costComplete: false };

const definition = (phaseId: string, order: number) => ({
  phaseId,
  name: phaseId,
  order,
  agent: { provider: 'simulated' },
});
const started = {
  type: 'ExecutionStarted',
  data: { ...ids, workflowName: 'W', inputs: {}, repos: [], phases: [definition('one', 1), definition('two', 2)] },
};
const of = (phaseId: string, attempt = 1, leg = 1) => ({
  ...ids,
  phaseId,
  sessionId: `${phaseId}-${attempt}`,
  attempt,
  leg,
});
const happens = (type: string, data: object): Event => ({ type, data: { ...ids, ...data } });
const runs = (phaseId: string, attempt = 1): readonly Event[] => [
  happens('PhaseQueued', of(phaseId, attempt)),
  happens('PhaseStarted', of(phaseId, attempt)),
];
const ends = (type: string, phaseId: string, usage: Usage = USED, own: object = {}): Event =>
  happens(type, { ...of(phaseId), usage, artifacts: [{ artifactId: 'a' }], ...own });
const interrupted = (phaseId: string): Event =>
  happens('ExecutionInterrupted', {
    ...of(phaseId),
    why: 'lease_lost',
    sessions: [{ sessionId: `${phaseId}-1`, leg: 1 }],
  });

/** The row after these, each a second after the one before. */
function after(...events: readonly Event[]): ExecutionRow {
  const row = [started, ...events].reduce<unknown>((before, event, second) => {
    const recorded = { ...event, recordedAt: `2026-01-01T00:00:0${second}.000Z` } as unknown as Recorded;
    return executionProjection.foldOf(event.type)?.(before as ExecutionRow | undefined, recorded, 'exec-1');
  }, undefined);
  return row as ExecutionRow;
}

const phase = ({ detail }: ExecutionRow, phaseId: string) => detail.phases.find((one) => one.phaseId === phaseId);

describe('a phase', () => {
  it('that is queued again shows nothing of the attempt before, which is counted', () => {
    const row = after(
      ...runs('one'),
      ends('PhaseFailed', 'one', USED, { error: 'no' }),
      happens('PhaseQueued', of('one', 2)),
    );

    expect(phase(row, 'one')).toMatchObject({
      status: 'queued',
      attempt: 2,
      startedAt: null,
      completedAt: null,
      artifactIds: [],
      errorMessage: null,
      usage: NO_USAGE,
    });
    expect(row).toMatchObject({ cost_usd: '0.5', tool_call_count: 2 });
  });

  it('that goes on where it was parked has been running since it began', () => {
    const row = after(
      ...runs('one'),
      happens('PhaseParked', { ...of('one'), usage: USED }),
      happens('PhaseQueued', of('one', 1, 2)),
      happens('PhaseStarted', of('one', 1, 2)),
    );

    expect(phase(row, 'one')).toMatchObject({ status: 'running', startedAt: '2026-01-01T00:00:02.000Z' });
  });

  it.each(['ExecutionCancelled', 'ExecutionFailed'])(
    'that waits for a runner or a person waits no more after %s',
    (end) => {
      const waiting = ends('PhaseAwaitingApproval', 'one');
      const row = after(...runs('one'), waiting, happens('PhaseQueued', of('two')), happens(end, { error: 'no' }));

      expect(row.detail.phases.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    },
  );
});

describe('a session without a usage report', () => {
  it.each([
    ['was interrupted', [...runs('one'), interrupted('one')]],
    ['was lost while its execution ended', [...runs('one'), ends('PhaseStopped', 'one', NO_ACCOUNT)]],
  ])('because it %s is known, and makes the cost incomplete for good', (_, events) => {
    const row = after(...events, ...runs('one', 2), ends('PhaseCompleted', 'one', USED, of('one', 2)));

    expect(row.detail.unaccounted).toEqual(['one-1']);
    expect(row).toMatchObject({ cost_usd: '0.5', cost_complete: false });
    expect(row.detail.usage.costComplete).toBe(false);
  });

  it('is counted when its account comes with a later leg', () => {
    const row = after(
      ...runs('one'),
      happens('PhaseParked', { ...of('one'), why: 'lease_lost', usage: NO_ACCOUNT }),
      ends('PhaseCompleted', 'one'),
    );

    expect(row.detail.unaccounted).toEqual([]);
    expect(row.cost_complete).toBe(true);
  });
});

describe('a session that is priced again', () => {
  const model = (costUsd: string | null) => ({
    m: { inputTokens: 1, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0, costUsd },
  });
  const [unpriced, priced] = [usageOfModels(model(null)), usageOfModels(model('2'))];
  const repriced = (phaseId: string) =>
    happens('SessionRepriced', { ...of(phaseId), before: costsOf(unpriced), after: costsOf(priced) });
  const known = { cost_usd: '2', cost_complete: true };

  it('changes the costs of its phase and of the execution, of earlier attempts too', () => {
    const once = after(...runs('one'), ends('PhaseCompleted', 'one', unpriced), repriced('one'));
    const failed = [...runs('one'), ends('PhaseFailed', 'one', unpriced, { error: 'no' })];
    const again = after(...failed, ...runs('one', 2), repriced('one'));

    expect([once, again]).toMatchObject([known, known]);
    expect([phase(once, 'one')?.usage, phase(again, 'one')?.usage]).toEqual([priced, NO_USAGE]);
  });

  it('before its phase has ended is added at the new costs then', () => {
    const open = after(...runs('one'), repriced('one'));
    const ended = after(...runs('one'), repriced('one'), ends('PhaseCompleted', 'one', unpriced));

    expect(open).toMatchObject({ cost_usd: '0', cost_complete: true });
    expect(ended).toMatchObject(known);
    expect(phase(ended, 'one')?.usage).toEqual(priced);
    expect(ended.detail.repriced).toEqual({});
  });

  it('while its phase awaits approval keeps the new costs after it', () => {
    const waiting = [...runs('one'), ends('PhaseAwaitingApproval', 'one', unpriced), repriced('one')];
    const row = after(...waiting, ends('PhaseCompleted', 'one', unpriced));

    expect(row).toMatchObject(known);
    expect(phase(row, 'one')?.usage).toEqual(priced);
  });

  it('changes nothing where the execution has no account of it', () => {
    const row = after(...runs('one'), interrupted('one'), ...runs('one', 2), repriced('one'));

    expect(row).toMatchObject({ cost_usd: '0', cost_complete: false });
  });
});

describe('approval', () => {
  it('counts what its phase used once', () => {
    const row = after(...runs('one'), ends('PhaseAwaitingApproval', 'one'), ends('PhaseCompleted', 'one'));

    expect(row).toMatchObject({ cost_usd: '0.5', completed_phases: 1 });
    expect(row.detail.phases[0]?.artifactIds).toEqual(['a']);
  });
});

describe('usage beyond the bounds', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const model = { inputTokens: most, outputTokens: most, cacheCreationTokens: most, cacheReadTokens: most };
  const names = Array.from({ length: 260 }, (_, index) => [`m${index}`, { ...model, costUsd: null }] as const);
  const beyond: Usage = { ...NO_USAGE, byModel: Object.fromEntries(names), costUsd: null, costComplete: false };

  it('in events of older builds is folded: its sums stay at the largest count', () => {
    const row = after(...runs('one'), ends('PhaseCompleted', 'one', beyond), ...runs('two'));

    expect(row).toMatchObject({ input_tokens: most, total_tokens: most, cost_usd: null, cost_complete: false });
    expect(Object.keys(row.detail.usage.byModel)).toHaveLength(100);
    expect(Object.keys(phase(row, 'one')?.usage.byModel ?? {})).toHaveLength(100);
  });
});

describe('the files of an execution', () => {
  const many = (phaseId: string) => Array.from({ length: 900 }, (_, index) => ({ artifactId: `${phaseId}-${index}` }));

  it('are named up to a thousand, and the first of each phase beyond that', () => {
    const row = after(
      ...runs('one'),
      ends('PhaseCompleted', 'one', USED, { artifacts: many('one') }),
      ...runs('two'),
      ends('PhaseCompleted', 'two', USED, { artifacts: many('two') }),
    );

    expect(phase(row, 'one')?.artifactIds).toHaveLength(900);
    expect(phase(row, 'two')?.artifactIds).toHaveLength(100);
  });
});

describe('the model of a phase', () => {
  it('is the one that its agent began with, also after an approval', () => {
    const model = 'claude-sonnet-4-5';
    const waiting = [...runs('one'), ends('PhaseAwaitingApproval', 'one', USED, { model })];

    expect(phase(after(...waiting), 'one')?.model).toBe(model);
    expect(phase(after(...waiting, ends('PhaseCompleted', 'one')), 'one')?.model).toBe(model);
  });
});

describe('a budget', () => {
  const usd = { kind: 'usd', limit: '5', onExceeded: 'pause' };
  const budgeted = { ...started, data: { ...started.data, budget: [usd] } };
  const exceeded = { kind: 'usd', limit: '5', spent: '5.1', reserved: '0', cause: 'spent' };
  const found = happens('BudgetExceeded', { ...exceeded, onExceeded: 'pause' });
  const budgetAfter = (...events: readonly Event[]) => after(budgeted, ...events).detail.budget;

  it('shows its limits, and those that are exceeded until they are changed or the execution is resumed', () => {
    expect(budgetAfter()).toEqual({ limits: [usd], exceeded: [] });
    expect(budgetAfter(found)).toMatchObject({ limits: [usd], exceeded: [exceeded] });
    expect(budgetAfter(found, happens('ExecutionResumed', {}))).toEqual({ limits: [usd], exceeded: [] });

    const raised = { ...usd, limit: '9' };
    const changed = happens('BudgetChanged', { budget: [raised], before: [usd] });
    expect(budgetAfter(found, changed)).toEqual({ limits: [raised], exceeded: [] });
  });

  it('is absent from executions without one', () => {
    expect(after().detail).not.toHaveProperty('budget');
    expect(after(happens('ExecutionResumed', {})).detail).not.toHaveProperty('budget');
  });
});
