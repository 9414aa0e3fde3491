import { ExecutionId, NO_USAGE, type Usage } from '@syntropic/kernel';
import { event, specificationOf } from '@syntropic/kernel/testing';
import { WorkflowDefinition, workflowExecution } from '@syntropic/orchestration/contracts';
import { begun, building, from, ids, planning, queued, usage } from '../testing/facts';
import { stateAfter } from '../testing/steps';
import type { WorkflowTemplate } from '../workflow-template';
import { WorkflowExecution } from './aggregate';
import { failPhase } from './phases';
import { rerunExecution } from './rerun-execution';
import type { SourceFacts } from './successor';
import {
  NO_TOKENS,
  broken,
  buildQueued,
  buildingNext,
  built,
  cancelled,
  command,
  definition,
  facts,
  failed,
  fault,
  interrupted,
  mutable,
  next,
  plan,
  planQueued,
  rerun,
  startedAgain,
  sumsOfPlan,
  takenOver,
} from '../testing/rerun-facts';

const { events, commands } = workflowExecution;
const { given } = specificationOf(WorkflowExecution);

describe('RerunExecution', () => {
  it('takes over what has finished, and begins with the phase that failed', () => {
    rerun(broken).then(startedAgain('failed'), takenOver, buildQueued);
  });

  it.each([
    ['interrupted', [...built, interrupted]],
    ['cancelled', [...built, ...cancelled]],
  ] as const)('begins with the phase that was %s', (status, source) => {
    rerun(source).then(startedAgain(status), takenOver, buildQueued);
  });

  it('replaces inputs, and keeps task, repositories and provider', () => {
    rerun(broken, { inputs: { topic: 'coffee' } }).then(
      startedAgain('failed', { inputs: { topic: 'coffee', depth: '1' } }),
      takenOver,
      buildQueued,
    );
    rerun(broken, { inputs: { task: 'Look again' } }).then(
      startedAgain('failed', { task: 'Look again' }),
      takenOver,
      buildQueued,
    );
  });

  it('has the limits of the source as they are now', () => {
    const usd = (limit: string) => [{ kind: 'usd', limit, onExceeded: 'pause' } as const];
    const [, ...others] = broken;
    const budgeted = event(events.ExecutionStarted, { ...mutable(), ...ids, budget: usd('1') });
    const raised = event(events.BudgetChanged, { ...ids, isBudgeted: true, budget: usd('5'), before: usd('1') });
    const [started, ...then] = rerunExecution(
      WorkflowExecution.initial,
      command(),
      stateAfter([budgeted, raised, ...others]),
      facts,
    );

    expect(started).toEqual(startedAgain('failed', { budget: usd('5') }));
    expect(then.map((fact) => fact.data)).toMatchObject([{ isBudgeted: true }, { isBudgeted: true }]);
  });

  it('takes over nothing when it begins with the first phase', () => {
    rerun(broken, { fromPhase: 'plan' }).then(startedAgain('failed'), planQueued);
  });

  it('needs runners for the phases that it runs, and for no other', () => {
    const isCapable: SourceFacts['isCapable'] = ({ isolation }) => isolation === 'sandbox';
    const [first, ...others] = definition.phases;
    const phases = [{ ...first, agent: { ...first?.agent, isolation: 'process' } }, ...others];
    const odd: WorkflowTemplate = {
      status: 'active',
      definition: WorkflowDefinition.parse({ ...definition, phases }),
    };
    rerun(broken, {}, { template: odd, isCapable }).then(startedAgain('failed'), takenOver, buildQueued);
    rerun(broken, { fromPhase: 'plan' }, { template: odd, isCapable }).thenRefused('execution.no_capable_runner');
  });

  it('of a rerun refers to where the phase ran', () => {
    const third = ExecutionId.parse('exec-000000000003');
    const failedAgain = event(events.ExecutionFailed, { ...failed.data, executionId: next });
    const source = [startedAgain('failed'), takenOver, buildQueued, begun(buildingNext), failedAgain];
    const decided = rerunExecution(
      WorkflowExecution.initial,
      commands.RerunExecution.schema.parse({ executionId: third, sourceId: next }),
      stateAfter(source),
      facts,
    );

    expect(decided.slice(0, 2)).toEqual([
      event(events.ExecutionStarted, {
        ...ids,
        executionId: third,
        ...mutable(),
        rerunOf: { executionId: next, status: 'failed' },
      }),
      event(events.PhasesTakenOver, { ...ids, executionId: third, phases: [plan] }),
    ]);
  });
});

describe('a parallel phase that has finished', () => {
  const parallel = mutable().phases.map((phase) => ({ ...phase, executionType: 'parallel' as const }));
  const both = event(events.ExecutionStarted, { ...ids, ...mutable(), phases: parallel });
  const spent: Usage = { ...usage, costUsd: null };
  const source = [
    both,
    queued(planning),
    queued(building),
    begun(planning),
    begun(building),
    event(events.PhaseCompleted, { ...building, usage: spent, artifacts: [] }),
    event(events.PhaseFailed, { ...planning, usage: NO_USAGE, artifacts: [], ...fault }),
    event(events.ExecutionFailed, { ...ids, phaseId: planning.phaseId, ...sumsOfPlan, ...fault }),
  ] as const;
  const takenOverIn = (more: object) =>
    rerunExecution(WorkflowExecution.initial, command(more), stateAfter(source), facts).flatMap(({ type, data }) =>
      type === 'PhasesTakenOver' ? data.phases : [],
    );

  it('is taken over beside the one that failed, unless that one is named', () => {
    expect(takenOverIn({})).toEqual([
      {
        phaseId: building.phaseId,
        executionId: ids.executionId,
        sessionId: building.sessionId,
        attempt: 1,
        used: { ...NO_TOKENS, costUsd: null, costComplete: true },
      },
    ]);
    expect(takenOverIn({ fromPhase: 'plan' })).toEqual([]);
  });
});

describe('a phase that was taken over', () => {
  const again = [startedAgain('failed'), takenOver, buildQueued] as const;

  it('accepts no session, and counts as completed without a cost', () => {
    const command = { ...from(planning), executionId: next, usage, artifacts: [], ...fault };
    given(...again)
      .when(failPhase, command)
      .thenRefused('execution.stale_session');
    expect(stateAfter(again)).toMatchObject({
      usage: NO_USAGE,
      phases: [{ status: 'completed', artifacts: [] }, { status: 'queued' }, { status: 'pending' }],
    });
  });
});
