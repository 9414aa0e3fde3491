import { ExecutionId, NO_USAGE, PhaseId, type SessionId, WorkflowId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import {
  ApprovePhase,
  CancelExecution,
  CompletePhase,
  FailPhase,
  HoldPhase,
  InterruptPhase,
  ParkPhase,
  PauseExecution,
  RequeuePhase,
  StartExecution,
  StartPhase,
  StopPhase,
  WorkflowDefinition,
} from '@syntropic/orchestration/contracts';
import type { PhaseQueued, PhaseStarted, WorkflowExecutionEvent } from '@syntropic/orchestration/contracts';
import type { WorkflowTemplate } from '../workflow-template';
import { cancelExecution, pauseExecution, resumeExecution, retryExecution } from './control';
import {
  approvePhase,
  completePhase,
  failPhase,
  holdPhase,
  interruptPhase,
  parkPhase,
  requeuePhase,
  startPhase,
  stopPhase,
} from './phases';
import { startExecution } from './start-execution';
import { WorkflowExecution } from './workflow-execution';

const executionId = ExecutionId.parse('exec-0123456789ab');
const workflowId = WorkflowId.parse('review');
const [plan, build, check] = ['plan', 'build', 'check'].map((id) => PhaseId.parse(id)) as [PhaseId, PhaseId, PhaseId];

type PhaseOptions = Partial<WorkflowDefinition['phases'][number]>;

const template = (...phases: [PhaseId, PhaseOptions?][]): WorkflowTemplate => ({
  status: 'active',
  definition: WorkflowDefinition.parse({
    name: 'Review',
    requiresRepos: false,
    agent: { provider: 'simulated' },
    phases: phases.map(([phaseId, options], index) => ({ phaseId, name: phaseId, order: index + 1, ...options })),
  }),
});

const start = new StartExecution({ executionId, workflowId });
const everything = () => true;

/** The history of an execution that was started and had these things happen to it. */
function history(
  workflow: WorkflowTemplate,
  ...steps: ((state: WorkflowExecution) => readonly WorkflowExecutionEvent[])[]
) {
  return steps.reduce<WorkflowExecutionEvent[]>(
    (events, step) => [...events, ...step(events.reduce(WorkflowExecution.evolve, WorkflowExecution.initial))],
    [...startExecution(WorkflowExecution.initial, start, workflow, everything)],
  );
}

const lastQueued = (events: readonly WorkflowExecutionEvent[], phaseId: PhaseId) =>
  events.findLast((event): event is PhaseQueued => event.type === 'PhaseQueued' && event.data.phaseId === phaseId);

const sessionOf = (state: WorkflowExecution, phaseId: PhaseId): SessionId => {
  const phases = 'phases' in state ? state.phases : [];
  const sessionId = phases.find(({ definition }) => definition.phaseId === phaseId)?.sessionId;
  if (!sessionId) throw new Error(`${phaseId} has no session`);
  return sessionId;
};

const inSession = (state: WorkflowExecution, phaseId: PhaseId) => ({
  executionId,
  phaseId,
  sessionId: sessionOf(state, phaseId),
});

const begun =
  (phaseId: PhaseId, leg = 1) =>
  (state: WorkflowExecution) =>
    startPhase(state, new StartPhase({ ...inSession(state, phaseId), runner: 'runner-1', leg }));
const done = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  completePhase(state, new CompletePhase({ ...inSession(state, phaseId), usage: NO_USAGE }));
const broken = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  failPhase(
    state,
    new FailPhase({ ...inSession(state, phaseId), usage: NO_USAGE, error: 'exit 1', errorType: 'agent_failed' }),
  );
const stoppedBy = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  stopPhase(state, new StopPhase({ ...inSession(state, phaseId), usage: NO_USAGE }));
const held = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  holdPhase(state, new HoldPhase({ ...inSession(state, phaseId), yieldPoint: 'after_tool' }));
const parked = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  parkPhase(
    state,
    new ParkPhase({ ...inSession(state, phaseId), runner: 'runner-1', why: 'hold_expired', usage: NO_USAGE }),
  );
const lost = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  interruptPhase(state, new InterruptPhase({ ...inSession(state, phaseId), why: 'lease_lost' }));
const paused = (state: WorkflowExecution) => pauseExecution(state, new PauseExecution({ executionId }));
const resumed = resumeExecution;
const cancelled = (state: WorkflowExecution) => cancelExecution(state, new CancelExecution({ executionId }));
const retried = retryExecution;

const types = (events: readonly WorkflowExecutionEvent[]) => events.map(({ type }) => type);
const stateAfter = (events: readonly WorkflowExecutionEvent[]) =>
  events.reduce(WorkflowExecution.evolve, WorkflowExecution.initial);
const decided = (
  events: readonly WorkflowExecutionEvent[],
  step: (state: WorkflowExecution) => readonly WorkflowExecutionEvent[],
) => types(step(stateAfter(events)));

const { given } = specificationOf(WorkflowExecution);
const two = template([plan], [build]);

describe('starting an execution', () => {
  it('queues the first phase of the template as it is now', () => {
    expect(types(history(two))).toEqual(['ExecutionStarted', 'PhaseQueued']);
  });

  it('refuses an archived workflow', () => {
    given().when(startExecution, start, { status: 'archived' }, everything).thenRefused('workflow.archived');
  });

  it('refuses a second time', () => {
    given(...history(two))
      .when(startExecution, start, two, everything)
      .thenRefused('execution.already_started');
  });

  it('refuses what no runner can do', () => {
    given()
      .when(startExecution, start, two, () => false)
      .thenRefused('execution.no_capable_runner');
  });

  it('refuses missing inputs, reserved ones, and placeholders that nothing fills', () => {
    const withInput = (more: object): WorkflowTemplate => ({
      status: 'active',
      definition: WorkflowDefinition.parse({
        name: 'Review',
        phases: [{ phaseId: 'plan', name: 'Plan', order: 1 }],
        ...more,
      }),
    });

    given()
      .when(startExecution, start, withInput({ inputs: [{ name: 'topic' }] }), everything)
      .thenRefused('execution.missing_input');
    given()
      .when(startExecution, new StartExecution({ ...start.data, inputs: { repos: 'o/r' } }), two, everything)
      .thenRefused('execution.reserved_input');
    given()
      .when(startExecution, start, withInput({ repos: ['{{owner}}/r'] }), everything)
      .thenRefused('execution.unresolved_placeholder');
    given()
      .when(startExecution, start, withInput({ repos: ['{{constructor}}/r'] }), everything)
      .thenRefused('execution.unresolved_placeholder');
    given()
      .when(startExecution, start, withInput({ inputs: [{ name: 'constructor' }] }), everything)
      .thenRefused('execution.missing_input');
  });

  it.each(['--upload-pack=x', 'o', 'o/..', 'o/r/s', 'git@github.com:o/r', 'https://user:key@github.com/o/r', ''])(
    'is refused with the repository %j, which no runner clones',
    (repo) => {
      given()
        .when(startExecution, new StartExecution({ ...start.data, repos: ['o/r', repo] }), two, everything)
        .thenRefused('execution.repository_invalid');
    },
  );

  it.each(['o/r', 'o/r.js', 'https://github.com/o/r', 'https://github.com/o/r.git', 'file:///srv/r'])(
    'takes the repository %s',
    (repo) => {
      const [started] = startExecution(
        WorkflowExecution.initial,
        new StartExecution({ ...start.data, repos: [repo] }),
        two,
        everything,
      );
      expect(started?.data).toMatchObject({ repos: [repo] });
    },
  );

  it('lets the request override the provider where the workflow says enough', () => {
    given()
      .when(startExecution, new StartExecution({ ...start.data, provider: 'command' }), two, everything)
      .thenRefused('execution.provider_not_configured');

    const agent = { provider: 'simulated', turns: 7 };
    const command = { provider: 'command', command: ['true'] };
    const own: WorkflowTemplate = {
      status: 'active',
      definition: WorkflowDefinition.parse({
        name: 'Review',
        requiresRepos: false,
        agent,
        phases: [
          { phaseId: plan, name: plan, order: 1, agent: command },
          { phaseId: build, name: build, order: 2 },
        ],
      }),
    };
    const providers = (provider: 'simulated' | 'claude' | undefined) =>
      startExecution(
        WorkflowExecution.initial,
        new StartExecution({ ...start.data, provider }),
        own,
        everything,
      ).flatMap((event) => (event.type === 'ExecutionStarted' ? event.data.phases.map((phase) => phase.agent) : []));
    expect(providers(undefined)).toMatchObject([{ provider: 'command' }, agent]);
    expect(providers('simulated')).toMatchObject([agent, agent]);
    expect(providers('claude')).toMatchObject([{ provider: 'claude' }, { provider: 'claude' }]);
  });
});

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
    const command = new StartPhase({ ...inSession(stateAfter(events), plan), runner: 'runner-2', leg: 1 });
    given(...events)
      .when(startPhase, command)
      .thenRefused('execution.phase_not_queued');
  });

  it('do not take the word of an earlier attempt', () => {
    const events = history(two, begun(plan), lost(plan));
    const stale = new CompletePhase({ ...inSession(stateAfter(events), plan), usage: NO_USAGE });
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
    expect(decided(events, (state) => approvePhase(state, new ApprovePhase({ executionId, phaseId: plan })))).toEqual([
      'PhaseCompleted',
      'ExecutionCompleted',
    ]);
  });
});

describe('a phase that fails', () => {
  const patient = template([plan, { retries: { max: 1, backoffSeconds: 5 } }]);
  const requeued = (state: WorkflowExecution) =>
    requeuePhase(state, new RequeuePhase({ executionId, phaseId: plan, attempt: 2 }));

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
      .when(startPhase, new StartPhase({ ...inSession(stateAfter(events), check), runner: 'runner-1', leg: 1 }))
      .thenRefused('execution.not_running');
    expect(decided(events, stoppedBy(build))).toEqual(['PhaseStopped', 'PhaseStopped', 'ExecutionFailed']);
  });
});

describe('pausing', () => {
  it('is asked, and a fact when the agent stands still', () => {
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
      .when(pauseExecution, new PauseExecution({ executionId }))
      .thenRefused('execution.not_running');
  });

  it('lets nothing start', () => {
    const workflow = template([plan, { executionType: 'parallel' }], [build, { executionType: 'parallel' }]);
    const events = history(workflow, begun(plan), paused);
    given(...events)
      .when(startPhase, new StartPhase({ ...inSession(stateAfter(events), build), runner: 'runner-1', leg: 1 }))
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
      .when(holdPhase, new HoldPhase({ ...inSession(stateAfter(events), plan), yieldPoint: 'after_tool' }))
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

  it('happens at once while nobody runs the execution', () => {
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
      parkPhase(state, new ParkPhase({ ...inSession(state, plan), runner: 'runner-1', why: 'hold_expired', usage }));
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
      .when(cancelExecution, new CancelExecution({ executionId }))
      .thenRefused('execution.has_ended');
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

  it('interrupts when a pause was only asked', () => {
    expect(decided(history(two, begun(plan), paused), lost(plan))).toEqual(['ExecutionInterrupted']);
  });
});

it('names the runner that has started a phase', () => {
  const events = history(two, begun(plan));
  const phaseStarted = events.find((event): event is PhaseStarted => event.type === 'PhaseStarted');
  expect(phaseStarted?.data).toMatchObject({ phaseId: plan, attempt: 1, leg: 1, runner: 'runner-1' });
});
