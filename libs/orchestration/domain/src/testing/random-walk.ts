import { DomainError, ExecutionId, replay, WorkflowId, type SessionId, type Usage } from '@syntropic/kernel';
import { type ExecutionEvent, WorkflowDefinition, workflowExecution } from '@syntropic/orchestration/contracts';
import fc from 'fast-check';
import { WorkflowExecution } from '../workflow-execution/aggregate';
import { interruptPhase } from '../workflow-execution/interruptions';
import { rerunExecution } from '../workflow-execution/rerun-execution';
import { startExecution } from '../workflow-execution/start-execution';
import { cancelExecution } from '../workflow-execution/user-requests';
import { isLive } from '../workflow-execution/phase-state';
import { isUnderway, type UnderwayExecution } from '../workflow-execution/workflow-execution';
import { surroundings } from './steps';
import { commandOf, randomSteps, type Step } from './random-steps';

const { CancelExecution, InterruptPhase, RerunExecution, StartExecution } = workflowExecution.commands;

const start = StartExecution.schema.parse({
  executionId: ExecutionId.parse('exec-0123456789ab'),
  workflowId: WorkflowId.parse('review'),
});

const randomBudget = fc.option(
  fc.constantFrom('pause', 'pause', 'cancel').map((onExceeded) => [{ kind: 'usd', limit: '1', onExceeded }]),
  { nil: undefined },
);

export const randomWorkflow: fc.Arbitrary<WorkflowDefinition> = fc
  .array(
    fc.record({
      executionType: fc.constantFrom('sequential', 'parallel', 'parallel', 'human_in_loop'),
      retries: fc.record({ max: fc.nat(2), backoffSeconds: fc.nat(60) }),
    }),
    { minLength: 1, maxLength: 5, size: 'max' },
  )
  .chain((phases) => fc.record({ phases: fc.constant(phases), max: fc.nat(2), budget: randomBudget }))
  .map(({ phases, max, budget }) =>
    WorkflowDefinition.parse({
      name: 'Review',
      requiresRepos: false,
      interruptionRetries: { max, backoffSeconds: 5 },
      agent: { provider: 'claude' },
      budget,
      phases: phases.map((phase, index) => ({ phaseId: `p${index}`, name: `p${index}`, order: index + 1, ...phase })),
    }),
  );

export type Facts = readonly ExecutionEvent[];

/** The decided events or the refusal; any other error is a fault and fails the run. */
export function answered(decide: () => Facts): Facts | DomainError {
  try {
    return decide();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

export const changes = (answer: Facts | DomainError): boolean => !(answer instanceof DomainError) && answer.length > 0;

export type Look = (state: WorkflowExecution, fired: ReadonlySet<string>) => void;

export const begin = (definition: WorkflowDefinition): Facts =>
  startExecution(
    WorkflowExecution.initial,
    start,
    { state: { status: 'active', definition }, version: 1 },
    surroundings,
  );

/**
 * Runs the steps against an execution that begins with these facts. `look` sees every state between them, and the phases whose
 * back-off timer has fired without effect: it does not fire again.
 */
export function walk(beginning: Facts, steps: readonly Step[], look: Look = () => undefined): Facts {
  const history: ExecutionEvent[] = [...beginning];
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

export const walks = (check: (definition: WorkflowDefinition, steps: readonly Step[]) => void) => {
  fc.assert(fc.property(randomWorkflow, randomSteps, check), { numRuns: 400 });
};

/** Per session, the first account of its end: an approval or rejection later repeats it. */
export function accounts(history: Facts): readonly Usage[] {
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

/** True when sessions have ended without an account. A session that an interruption keeps gives its account at its own end. */
export const hasLost = (history: Facts): boolean =>
  history.some(
    ({ type, data }) => type === 'ExecutionInterrupted' && (data.why !== 'requested' || data.sessions.length > 0),
  );

/** The phases that must have completed before each phase starts. */
export function predecessors({ phases }: WorkflowDefinition): ReadonlyMap<string, readonly string[]> {
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

/** The history of an execution that is brought to its end, unless it is interrupted or has ended. */
export function ended(history: Facts): Facts {
  const step = (before: Facts, decide: (state: WorkflowExecution) => Facts) => [...before, ...decide(stateOf(before))];
  const state = stateOf(history);
  if (!isUnderway(state) || state.status === 'interrupted') return history;

  const { executionId } = state.started;
  const cancelled = step(history, (now) => cancelExecution(now, CancelExecution.schema.parse({ executionId })));
  return state.phases.filter(isLive).reduce<Facts>((before, { definition: { phaseId }, sessionId }) => {
    const command = InterruptPhase.schema.parse({ executionId, phaseId, sessionId, why: 'lease_lost' });
    return step(before, (now) => interruptPhase(now, command));
  }, cancelled);
}

export const stateOf = (history: Facts): WorkflowExecution =>
  history.reduce(WorkflowExecution.evolve, WorkflowExecution.initial);

/** The n-th rerun, made of the execution with this history. */
export function rerun(source: Facts, definition: WorkflowDefinition, number: number, fromPhase?: string) {
  const command = RerunExecution.schema.parse({
    executionId: `exec-00000000000${number}`,
    sourceId: source[0]?.data.executionId,
    fromPhase,
  });
  const facts = { template: { status: 'active', definition }, isCapable: () => true } as const;
  return answered(() => rerunExecution(WorkflowExecution.initial, command, stateOf(source), facts));
}
