import {
  addUsage,
  DomainError,
  ExecutionId,
  NO_USAGE,
  replay,
  WorkflowId,
  type SessionId,
  type Usage,
} from '@syntropic/kernel';
import { type ExecutionEvent, WorkflowDefinition, workflowExecution } from '@syntropic/orchestration/contracts';
import fc from 'fast-check';
import { commandOf, randomSteps, type Step } from '../testing/random-steps';
import { resumeExecution, retryExecution } from './user-requests';
import { startExecution } from './start-execution';
import { WorkflowExecution } from './aggregate';
import { isActive, isLive, isUnderway, type UnderwayExecution } from './workflow-execution';

const { StartExecution } = workflowExecution.commands;

const start = StartExecution.schema.parse({
  executionId: ExecutionId.parse('exec-0123456789ab'),
  workflowId: WorkflowId.parse('review'),
});

const randomWorkflow: fc.Arbitrary<WorkflowDefinition> = fc
  .array(
    fc.record({
      executionType: fc.constantFrom('sequential', 'parallel', 'parallel', 'human_in_loop'),
      retries: fc.record({ max: fc.nat(2), backoffSeconds: fc.nat(60) }),
    }),
    { minLength: 1, maxLength: 5, size: 'max' },
  )
  .map((phases) =>
    WorkflowDefinition.parse({
      name: 'Review',
      requiresRepos: false,
      agent: { provider: 'simulated' },
      phases: phases.map((phase, index) => ({ phaseId: `p${index}`, name: `p${index}`, order: index + 1, ...phase })),
    }),
  );

type Facts = readonly ExecutionEvent[];

/** The decided events or the refusal; any other error is a fault and fails the run. */
function answered(decide: () => Facts): Facts | DomainError {
  try {
    return decide();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

const changes = (answer: Facts | DomainError): boolean => !(answer instanceof DomainError) && answer.length > 0;

type Look = (state: WorkflowExecution, fired: ReadonlySet<string>) => void;

/**
 * Runs the steps against an execution of the workflow. `look` sees every state between them, and the phases whose
 * back-off timer has fired without effect: it does not fire again.
 */
function walk(definition: WorkflowDefinition, steps: readonly Step[], look: Look = () => undefined): Facts {
  const history: ExecutionEvent[] = [
    ...startExecution(
      WorkflowExecution.initial,
      start,
      { state: { status: 'active', definition }, version: 1 },
      () => true,
    ),
  ];
  const fired = new Set<string>();
  let state = history.reduce(WorkflowExecution.evolve, WorkflowExecution.initial);
  let seen = underway(state);
  look(state, fired);

  for (const step of steps) {
    const { decide, phaseId, isStale } = commandOf(step, seen, (phase) => sessionsOf(history, phase));
    const answer = answered(() => decide(state));
    if (isStale) expect(answer).toBeInstanceOf(DomainError);
    if (!isUnderway(state)) expect(changes(answer)).toBe(false);
    if (answer instanceof DomainError) continue;

    if (step.move === 'requeue') fired.add(phaseId);
    for (const { type, data } of answer) if (type === 'PhaseFailed') fired.delete(data.phaseId);
    history.push(...answer);
    state = answer.reduce(WorkflowExecution.evolve, state);
    expect(changes(answered(() => decide(state)))).toBe(false);
    if (isUnderway(state)) seen = state;
    look(state, fired);
  }
  expect(replay(WorkflowExecution, history, WorkflowExecution.initial)).toEqual(state);
  return history;
}

function underway(state: WorkflowExecution): UnderwayExecution {
  if (!isUnderway(state)) throw new Error(`it is ${state.status}`);
  return state;
}

const sessionsOf = (history: Facts, phaseId: string): readonly SessionId[] =>
  history.flatMap(({ type, data }) => (type === 'PhaseQueued' && data.phaseId === phaseId ? [data.sessionId] : []));

const walks = (check: (definition: WorkflowDefinition, steps: readonly Step[]) => void) => {
  fc.assert(fc.property(randomWorkflow, randomSteps, check), { numRuns: 400 });
};

/** True while a runner, an agent, a person or a timer can still advance the execution. */
function isMovable(state: WorkflowExecution, fired: ReadonlySet<string>): boolean {
  if (!isUnderway(state)) return true;
  const { phases } = state;
  if (state.requested === 'cancel') return phases.some(isLive);
  switch (state.status) {
    case 'running': {
      if (state.failure) return phases.some(isLive);
      if (state.requested === 'pause') return phases.some(({ status }) => status === 'running');
      const isForgotten = phases.some(({ status }) => status === 'held' || status === 'parked');
      return !isForgotten && phases.some((phase) => isActive(phase) || isAwaited(phase, fired));
    }
    case 'paused':
      return changes(answered(() => resumeExecution(state)));
    case 'interrupted':
      return !phases.some(isActive) && changes(answered(() => retryExecution(state)));
  }
}

const isAwaited = ({ status, definition }: UnderwayExecution['phases'][number], fired: ReadonlySet<string>) =>
  status === 'awaiting_approval' || (status === 'failed' && !fired.has(definition.phaseId));

/** Per session, the first account of its end: an approval or rejection later repeats it. */
function accounts(history: Facts): readonly Usage[] {
  const bySession = new Map<string, Usage>();
  for (const { type, data } of history) {
    if (
      type !== 'PhaseAwaitingApproval' &&
      type !== 'PhaseCompleted' &&
      type !== 'PhaseFailed' &&
      type !== 'PhaseStopped'
    )
      continue;
    if (!bySession.has(data.sessionId)) bySession.set(data.sessionId, data.usage);
  }
  return [...bySession.values()];
}

/** The phases that must have completed before each phase starts. */
function predecessors({ phases }: WorkflowDefinition): ReadonlyMap<string, readonly string[]> {
  const before = new Map<string, readonly string[]>();
  let group = 0;
  phases.forEach(({ phaseId, executionType }, index) => {
    const joins = executionType === 'parallel' && phases[index - 1]?.executionType === 'parallel';
    if (!joins) group = index;
    before.set(
      phaseId,
      phases.slice(0, group).map((phase) => phase.phaseId),
    );
  });
  return before;
}

describe('an execution, under random commands', () => {
  // The walk itself expects that the history replays, that an ended execution stays as it is, that a repeated command
  // changes nothing, and that a session that is not the phase's own is refused.
  it('always has something that can move it until it has ended', () => {
    walks((definition, steps) => {
      walk(definition, steps, (state, fired) => {
        expect(isMovable(state, fired) ? 'movable' : state).toBe('movable');
      });
    });
  });

  it('ends with the sum of what its attempts used', () => {
    walks((definition, steps) => {
      const history = walk(definition, steps);
      const last = history.at(-1);
      if (
        last?.type !== 'ExecutionCompleted' &&
        last?.type !== 'ExecutionFailed' &&
        last?.type !== 'ExecutionCancelled'
      )
        return;

      const interrupted = history.some(({ type }) => type === 'ExecutionInterrupted');
      const total = accounts(history).reduce(addUsage, NO_USAGE);
      expect(last.data.usage).toEqual(interrupted ? { ...total, costComplete: false } : total);
    });
  });

  it('completes each phase once, and starts none before those ahead of it have completed', () => {
    walks((definition, steps) => {
      const ahead = predecessors(definition);
      const completed: string[] = [];
      for (const { type, data } of walk(definition, steps)) {
        if (type === 'PhaseCompleted') completed.push(data.phaseId);
        if (type === 'PhaseQueued')
          expect(completed).toEqual(expect.arrayContaining([...(ahead.get(data.phaseId) ?? [])]));
        if (type === 'ExecutionCompleted') expect(completed).toHaveLength(definition.phases.length);
      }
      expect(completed).toEqual([...new Set(completed)]);
    });
  });

  it('can come to every fact there is', () => {
    const told = new Set<string>();
    walks((definition, steps) => {
      for (const { type } of walk(definition, steps)) told.add(type);
    });
    expect([...told].sort()).toEqual([...Object.keys(workflowExecution.events)].sort());
  });
});
