import type { PhaseId } from '@syntropic/kernel';
import { NO_USAGE } from '@syntropic/kernel';
import { type ExecutionEvents, workflowExecution } from '@syntropic/orchestration/contracts';
import type { PhaseOptions } from '../testing/steps';
import {
  begun,
  broken,
  build,
  check,
  decided,
  done,
  executionId,
  given,
  held,
  history,
  inSession,
  lastQueued,
  lost,
  paused,
  plan,
  resumed,
  retried,
  stateAfter,
  stoppedBy,
  template,
  two,
  types,
} from '../testing/steps';
import { resumeExecution } from './user-requests';
import { approvePhase, completePhase, requeuePhase, startPhase } from './phases';
import type { WorkflowExecution } from './workflow-execution';

const { StartPhase, CompletePhase, RequeuePhase, ApprovePhase } = workflowExecution.commands;

describe('phases', () => {
  it('happen in order', () => {
    expect(decided(history(two, begun(plan)), done(plan))).toEqual(['PhaseCompleted', 'PhaseQueued']);
  });

  it('complete the execution when the last one completes', () => {
    const events = history(two, begun(plan), done(plan), begun(build));
    expect(decided(events, done(build))).toEqual(['PhaseCompleted', 'ExecutionCompleted']);
  });

  it('are started once', () => {
    const events = history(two, begun(plan));
    const command = StartPhase.schema.parse({ ...inSession(stateAfter(events), plan), runner: 'runner-2', leg: 1 });
    given(...events)
      .when(startPhase, command)
      .thenRefused('execution.phase_not_queued');
  });

  it('do not take the word of an earlier attempt', () => {
    const events = history(two, begun(plan), lost(plan));
    const stale = CompletePhase.schema.parse({ ...inSession(stateAfter(events), plan), usage: NO_USAGE });
    given(...history(two, begun(plan), lost(plan), retried, begun(plan)))
      .when(completePhase, stale)
      .thenRefused('execution.stale_session');
  });

  it('that are parallel neighbours start together, and the next one waits for all', () => {
    const workflow = template([plan, { executionType: 'parallel' }], [build, { executionType: 'parallel' }], [check]);
    expect(types(history(workflow))).toEqual(['ExecutionStarted', 'PhaseQueued', 'PhaseQueued']);

    const events = history(workflow, begun(plan), begun(build));
    expect(decided(events, done(plan))).toEqual(['PhaseCompleted']);
    expect(decided([...events, ...done(plan)(stateAfter(events))], done(build))).toEqual([
      'PhaseCompleted',
      'PhaseQueued',
    ]);
  });

  it('that fail for good stop their parallel neighbours first', () => {
    const workflow = template([plan, { executionType: 'parallel' }], [build, { executionType: 'parallel' }]);
    const events = history(workflow, begun(plan), begun(build), broken(plan));
    expect(types(events).at(-1)).toBe('PhaseFailed');
    expect(decided(events, stoppedBy(build))).toEqual(['PhaseStopped', 'ExecutionFailed']);
  });

  it('with a person in the loop wait for approval', () => {
    const workflow = template([plan, { executionType: 'human_in_loop' }]);
    const events = history(workflow, begun(plan), done(plan));
    expect(types(events).at(-1)).toBe('PhaseAwaitingApproval');
    expect(
      decided(events, (state) => approvePhase(state, ApprovePhase.schema.parse({ executionId, phaseId: plan }))),
    ).toEqual(['PhaseCompleted', 'ExecutionCompleted']);
  });
});

describe('a phase that fails', () => {
  const patient = template([plan, { retries: { max: 1, backoffSeconds: 5 } }]);
  const requeued = (state: WorkflowExecution) =>
    requeuePhase(state, RequeuePhase.schema.parse({ executionId, phaseId: plan, attempt: 2 }));

  it('fails the execution', () => {
    expect(decided(history(two, begun(plan)), broken(plan))).toEqual(['PhaseFailed', 'ExecutionFailed']);
  });

  it('is tried again, as another session, while it has retries', () => {
    const events = history(patient, begun(plan), broken(plan), requeued);
    expect(types(events).slice(-2)).toEqual(['PhaseFailed', 'PhaseQueued']);
    expect(lastQueued(events, plan)?.data).toMatchObject({ attempt: 2, leg: 1 });
    expect(decided([...events, ...begun(plan)(stateAfter(events))], broken(plan))).toEqual([
      'PhaseFailed',
      'ExecutionFailed',
    ]);
  });

  it('is queued once, though its back-off may end twice', () => {
    expect(decided(history(patient, begun(plan), broken(plan), requeued), requeued)).toEqual([]);
  });

  it('is queued on resuming when its back-off ended during a pause', () => {
    const events = history(patient, begun(plan), paused, broken(plan), requeued);
    expect(types(events).slice(-3)).toEqual(['PhaseFailed', 'ExecutionPaused', 'PhaseRetryDue']);
    expect(decided(events, requeued)).toEqual([]);
    expect(decided(events, resumed)).toEqual(['ExecutionResumed', 'PhaseQueued']);
  });

  it('waits for the rest of its back-off when it is resumed before that is over', () => {
    const events = history(patient, begun(plan), paused, broken(plan), resumed);
    expect(types(events).at(-1)).toBe('ExecutionResumed');
    expect(decided(events, requeued)).toEqual(['PhaseQueued']);
  });

  it('is not saved by taking back a pause: the execution ends as soon as its neighbour is gone', () => {
    const workflow = template([plan, { executionType: 'parallel' }], [build, { executionType: 'parallel' }]);
    const events = history(workflow, begun(plan), begun(build), paused, broken(plan));
    given(...events)
      .when(resumeExecution)
      .thenRefused('execution.not_paused');
    expect(decided(events, stoppedBy(build))).toEqual(['PhaseStopped', 'ExecutionFailed']);
  });

  it('lets no neighbour start any more', () => {
    const three = template(
      ...[plan, build, check].map((id): [PhaseId, PhaseOptions] => [id, { executionType: 'parallel' }]),
    );
    const events = history(three, begun(plan), begun(build), broken(plan));
    given(...events)
      .when(
        startPhase,
        StartPhase.schema.parse({ ...inSession(stateAfter(events), check), runner: 'runner-1', leg: 1 }),
      )
      .thenRefused('execution.not_running');
    expect(decided(events, stoppedBy(build))).toEqual(['PhaseStopped', 'PhaseStopped', 'ExecutionFailed']);
  });
});

describe('losing the runner', () => {
  it('interrupts, and a retry is the next attempt', () => {
    const events = history(two, begun(plan), lost(plan));
    expect(types(events).at(-1)).toBe('ExecutionInterrupted');
    expect(decided(events, retried)).toEqual(['ExecutionRetried', 'PhaseQueued']);
  });

  it('leaves a paused execution paused, its phase parked', () => {
    expect(decided(history(two, begun(plan), paused, held(plan)), lost(plan))).toEqual(['PhaseParked']);
  });

  it('before it had begun leaves a paused execution as it is, and says that the phase waits', () => {
    const events = history(two, paused);
    expect(types(events).at(-1)).toBe('ExecutionPaused');

    given(...events)
      .when(lost(plan))
      .thenRefused('execution.phase_waits');
  });

  it('interrupts when a pause was only requested', () => {
    expect(decided(history(two, begun(plan), paused), lost(plan))).toEqual(['ExecutionInterrupted']);
  });
});

it('names the runner that has started a phase', () => {
  const events = history(two, begun(plan));
  const phaseStarted = events.find((event): event is ExecutionEvents['PhaseStarted'] => event.type === 'PhaseStarted');
  expect(phaseStarted?.data).toMatchObject({ phaseId: plan, attempt: 1, leg: 1, runner: 'runner-1' });
});
