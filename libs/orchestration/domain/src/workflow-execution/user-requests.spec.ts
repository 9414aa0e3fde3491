import { NO_USAGE } from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import {
  begun,
  broken,
  build,
  cancelled,
  decided,
  done,
  executionId,
  given,
  held,
  history,
  inSession,
  lastQueued,
  lost,
  parked,
  paused,
  plan,
  resumed,
  stateAfter,
  stoppedBy,
  template,
  two,
  types,
} from '../testing/steps';
import { cancelExecution, pauseExecution } from './user-requests';
import { holdPhase, parkPhase, startPhase } from './phases';
import type { WorkflowExecution } from './workflow-execution';

const { PauseExecution, CancelExecution, StartPhase, HoldPhase, ParkPhase } = workflowExecution.commands;

describe('pausing', () => {
  it('is requested, and a fact when the agent is frozen', () => {
    const events = history(two, begun(plan), paused);
    expect(types(events).at(-1)).toBe('ExecutionPauseRequested');
    expect(decided(events, held(plan))).toEqual(['PhaseHeld', 'ExecutionPaused']);
  });

  it('waits for every parallel agent', () => {
    const workflow = template([plan, { executionType: 'parallel' }], [build, { executionType: 'parallel' }]);
    const events = history(workflow, begun(plan), begun(build), paused, held(plan));
    expect(types(events).at(-1)).toBe('PhaseHeld');
    expect(decided(events, held(build))).toEqual(['PhaseHeld', 'ExecutionPaused']);
  });

  it('happens at once before a phase that has not started', () => {
    expect(decided(history(two), paused)).toEqual(['ExecutionPauseRequested', 'ExecutionPaused']);
  });

  it('happens between phases when the agent is done first', () => {
    const events = history(two, begun(plan), paused, done(plan));
    expect(types(events).slice(-2)).toEqual(['PhaseCompleted', 'ExecutionPaused']);
    expect(decided(events, resumed)).toEqual(['ExecutionResumed', 'PhaseQueued']);
  });

  it('is overtaken by the end of the last phase', () => {
    const events = history(two, begun(plan), done(plan), begun(build), paused);
    expect(decided(events, done(build))).toEqual(['PhaseCompleted', 'ExecutionCompleted']);
  });

  it('says nothing the second time, and is refused when it has happened', () => {
    expect(decided(history(two, begun(plan), paused), paused)).toEqual([]);
    given(...history(two, begun(plan), paused, held(plan)))
      .when(pauseExecution, PauseExecution.schema.parse({ executionId }))
      .thenRefused('execution.not_running');
  });

  it('is refused with the state that forbids it', () => {
    const execution = stateAfter(history(two, begun(plan), paused, held(plan)));
    const refused = expect.objectContaining({ details: { state: 'paused' } }) as Error;
    expect(() => pauseExecution(execution, PauseExecution.schema.parse({ executionId }))).toThrow(refused);
  });

  it('lets nothing start', () => {
    const workflow = template([plan, { executionType: 'parallel' }], [build, { executionType: 'parallel' }]);
    const events = history(workflow, begun(plan), paused);
    given(...events)
      .when(
        startPhase,
        StartPhase.schema.parse({ ...inSession(stateAfter(events), build), runner: 'runner-1', leg: 1 }),
      )
      .thenRefused('execution.not_running');
  });

  it('goes on with the next leg of the same session after parking', () => {
    const events = history(two, begun(plan), paused, held(plan), parked(plan), resumed);
    expect(types(events).slice(-2)).toEqual(['ExecutionResumed', 'PhaseQueued']);
    expect(lastQueued(events, plan)?.data).toMatchObject({ attempt: 1, leg: 2, parkedOn: 'runner-1' });
    expect(types(begun(plan, 2)(stateAfter(events)))).toEqual(['PhaseStarted']);
  });

  it('goes on at once with the next leg when it was resumed while the agent was being parked', () => {
    const events = history(two, begun(plan), paused, held(plan), resumed);
    expect(decided(events, parked(plan))).toEqual(['PhaseParked', 'PhaseQueued']);
    expect(lastQueued([...events, ...parked(plan)(stateAfter(events))], plan)?.data).toMatchObject({
      attempt: 1,
      leg: 2,
    });
  });

  it('is a fact when the last agent is parked instead of held', () => {
    const events = history(two, begun(plan), paused, held(plan), resumed, paused);
    expect(decided(events, parked(plan))).toEqual(['PhaseParked', 'ExecutionPaused']);
  });

  it('can be taken back before it happens', () => {
    const events = history(two, begun(plan), paused, resumed);
    given(...events)
      .when(holdPhase, HoldPhase.schema.parse({ ...inSession(stateAfter(events), plan), yieldPoint: 'after_tool' }))
      .thenRefused('execution.pause_not_requested');
    expect(decided(events, done(plan))).toEqual(['PhaseCompleted', 'PhaseQueued']);
  });
});

describe('cancelling', () => {
  it('is a fact when the agent is gone', () => {
    const events = history(two, begun(plan), cancelled);
    expect(types(events).at(-1)).toBe('ExecutionCancelRequested');
    expect(decided(events, stoppedBy(plan))).toEqual(['PhaseStopped', 'ExecutionCancelled']);
  });

  it('happens at once while no runner has a phase of the execution', () => {
    const events = history(two, begun(plan), lost(plan));
    expect(decided(events, cancelled)).toEqual(['ExecutionCancelRequested', 'ExecutionCancelled']);
  });

  it.each([
    ['queued', history(two)],
    ['parked', history(two, begun(plan), paused, held(plan), parked(plan))],
  ])('gives up what is %s', (_, events) => {
    expect(decided(events, cancelled)).toEqual(['ExecutionCancelRequested', 'PhaseStopped', 'ExecutionCancelled']);
  });

  it('counts what a session used that was parked and waits for its next leg', () => {
    const usage = { ...NO_USAGE, costUsd: '0.5', turns: 3 };
    const withUsage = (state: WorkflowExecution) =>
      parkPhase(
        state,
        ParkPhase.schema.parse({ ...inSession(state, plan), runner: 'runner-1', why: 'hold_expired', usage }),
      );
    const events = history(two, begun(plan), paused, held(plan), withUsage, resumed, cancelled);
    expect(events.at(-1)).toMatchObject({ type: 'ExecutionCancelled', data: { usage } });
  });

  it('also ends a paused execution, and one whose agent finishes first or is lost', () => {
    expect(decided(history(two, begun(plan), paused, held(plan), cancelled), stoppedBy(plan)).at(-1)).toBe(
      'ExecutionCancelled',
    );
    expect(decided(history(two, begun(plan), cancelled), done(plan))).toEqual(['PhaseCompleted', 'ExecutionCancelled']);
    expect(decided(history(two, begun(plan), cancelled), lost(plan))).toEqual(['PhaseStopped', 'ExecutionCancelled']);
  });

  it('says nothing the second time, and is refused after another end', () => {
    expect(decided(history(two, begun(plan), cancelled), cancelled)).toEqual([]);
    given(...history(two, begun(plan), broken(plan)))
      .when(cancelExecution, CancelExecution.schema.parse({ executionId }))
      .thenRefused('execution.has_ended');
  });
});
