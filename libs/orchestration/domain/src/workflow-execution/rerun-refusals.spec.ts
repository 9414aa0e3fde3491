import { PhaseId } from '@syntropic/kernel';
import { event, specificationOf } from '@syntropic/kernel/testing';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { account, building, ids } from '../testing/facts';
import { stateAfter } from '../testing/steps';
import { WorkflowExecution } from './aggregate';
import { rerunExecution } from './rerun-execution';
import {
  broken,
  buildQueued,
  built,
  command,
  facts,
  interrupted,
  rerun,
  startedAgain,
  sumsOfPlan,
  takenOver,
} from '../testing/rerun-facts';

const { events } = workflowExecution;
const { given } = specificationOf(WorkflowExecution);

describe('RerunExecution is refused', () => {
  const completedAll = [
    ...built,
    event(events.PhaseCompleted, { ...building, ...account }),
    event(events.PhaseCompleted, { ...building, phaseId: PhaseId.parse('check'), ...account }),
    event(events.ExecutionCompleted, { ...ids, ...sumsOfPlan, completedPhases: 3 }),
  ] as const;

  it('a second time', () => {
    given(startedAgain('failed'), takenOver, buildQueued)
      .when(rerunExecution, command(), stateAfter(broken), facts)
      .thenRefused('execution.already_started');
  });

  it('of an execution that does not exist or has not ended', () => {
    rerun([]).thenRefused('execution.not_found');
    rerun(built).thenRefused('execution.has_not_ended');
    const pause = event(events.ExecutionPauseRequested, ids);
    rerun([...built, pause]).thenRefused('execution.has_not_ended');
    rerun([...built, pause, event(events.ExecutionPaused, { ...ids, yieldPoint: 'after_tool' })]).thenRefused(
      'execution.has_not_ended',
    );
    rerun([...built, interrupted, event(events.ExecutionRetried, { ...ids, phaseIds: [] })]).thenRefused(
      'execution.has_not_ended',
    );
  });

  it('without a phase to begin with when all have finished', () => {
    rerun(completedAll).thenRefused('execution.nothing_to_rerun');
    rerun(completedAll, { fromPhase: 'build' }).then(startedAgain('completed'), takenOver, buildQueued);
  });

  it('from a phase that is unknown, or behind one that has not finished, which is named', () => {
    rerun(broken, { fromPhase: 'bild' }).thenRefused('execution.phase_not_found');
    rerun(broken, { fromPhase: 'check' }).thenRefused('execution.phase_not_finished');
    const decide = () =>
      rerunExecution(WorkflowExecution.initial, command({ fromPhase: 'check' }), stateAfter(broken), facts);
    expect(decide).toThrow(
      expect.objectContaining({
        field: 'from_phase',
        message: 'phase build comes before check and has not finished',
      }) as Error,
    );
  });

  it('with inputs that the workflow does not have, or that are reserved', () => {
    rerun(broken, { inputs: { tpoic: 'tea' } }).thenRefused('execution.unknown_input');
    rerun(broken, { inputs: { repos: 'o/r' } }).thenRefused('execution.reserved_input');
  });

  it('when inputs and prompts exceed a work order', () => {
    rerun(broken, { inputs: { topic: 'x'.repeat(980_000) } }).thenRefused('execution.order_too_large');
  });

  it('when an older build started the source, which names no template', () => {
    rerun(broken, {}, { template: undefined }).thenRefused('execution.template_not_recorded');
  });
});
