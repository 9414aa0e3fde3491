import { ExecutionId, type Loaded, NO_USAGE, PhaseId, type SessionId, WorkflowId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import {
  type ExecutionEvent,
  type ExecutionEvents,
  GITHUB_COM,
  WorkflowDefinition,
  workflowExecution,
} from '@syntropic/orchestration/contracts';
import { interruptPhase } from '../workflow-execution/interruptions';
import { cancelExecution, pauseExecution, resumeExecution, retryExecution } from '../workflow-execution/user-requests';
import {
  completePhase,
  failPhase,
  holdPhase,
  parkPhase,
  resumePhase,
  startPhase,
  stopPhase,
} from '../workflow-execution/phases';
import { startExecution, type StartSurroundings } from '../workflow-execution/start-execution';
import { WorkflowExecution } from '../workflow-execution/aggregate';
import { type WorkflowTemplate } from '../workflow-template';

const {
  StartExecution,
  PauseExecution,
  CancelExecution,
  StartPhase,
  HoldPhase,
  ParkPhase,
  CompletePhase,
  FailPhase,
  StopPhase,
  InterruptPhase,
} = workflowExecution.commands;

/** The steps of an execution that specs are written in. */
export const executionId = ExecutionId.parse('exec-0123456789ab');
const workflowId = WorkflowId.parse('review');
export const [plan, build, check] = ['plan', 'build', 'check'].map((id) => PhaseId.parse(id)) as [
  PhaseId,
  PhaseId,
  PhaseId,
];

export type PhaseOptions = Partial<WorkflowDefinition['phases'][number]>;

/** A template as a handler loads it. */
type LoadedTemplate = Pick<Loaded<WorkflowTemplate>, 'state' | 'version'>;

export const loaded = (state: WorkflowTemplate, version = 1): LoadedTemplate => ({ state, version });

export const active = (definition: WorkflowDefinition): LoadedTemplate => loaded({ status: 'active', definition });

export const template = (...phases: [PhaseId, PhaseOptions?][]): LoadedTemplate =>
  active(
    WorkflowDefinition.parse({
      name: 'Review',
      requiresRepos: false,
      agent: { provider: 'simulated' },
      phases: phases.map(([phaseId, options], index) => ({ phaseId, name: phaseId, order: index + 1, ...options })),
    }),
  );

export const start = StartExecution.schema.parse({ executionId, workflowId });
export const everything = () => true;
/** What a start finds where nothing is in its way. */
export const surroundings: StartSurroundings = { isCapable: everything, github: GITHUB_COM };

/** The history of an execution that was started and then took these steps. */
export function history(
  workflow: LoadedTemplate,
  ...steps: ((state: WorkflowExecution) => readonly ExecutionEvent[])[]
) {
  return steps.reduce<ExecutionEvent[]>(
    (events, step) => [...events, ...step(events.reduce(WorkflowExecution.evolve, WorkflowExecution.initial))],
    [...startExecution(WorkflowExecution.initial, start, workflow, surroundings)],
  );
}

export const lastQueued = (events: readonly ExecutionEvent[], phaseId: PhaseId) =>
  events.findLast(
    (event): event is ExecutionEvents['PhaseQueued'] => event.type === 'PhaseQueued' && event.data.phaseId === phaseId,
  );

const sessionOf = (state: WorkflowExecution, phaseId: PhaseId): SessionId => {
  const phases = 'phases' in state ? state.phases : [];
  const sessionId = phases.find(({ definition }) => definition.phaseId === phaseId)?.sessionId;
  if (!sessionId) throw new Error(`${phaseId} has no session`);
  return sessionId;
};

export const inSession = (state: WorkflowExecution, phaseId: PhaseId) => ({
  executionId,
  phaseId,
  sessionId: sessionOf(state, phaseId),
});

export const begun =
  (phaseId: PhaseId, leg = 1) =>
  (state: WorkflowExecution) =>
    startPhase(state, StartPhase.schema.parse({ ...inSession(state, phaseId), runner: 'runner-1', leg }));
export const done = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  completePhase(state, CompletePhase.schema.parse({ ...inSession(state, phaseId), usage: NO_USAGE }));
export const broken = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  failPhase(
    state,
    FailPhase.schema.parse({
      ...inSession(state, phaseId),
      usage: NO_USAGE,
      error: 'exit 1',
      errorType: 'agent_failed',
    }),
  );
export const stoppedBy = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  stopPhase(state, StopPhase.schema.parse({ ...inSession(state, phaseId), usage: NO_USAGE }));
export const held = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  holdPhase(state, HoldPhase.schema.parse({ ...inSession(state, phaseId), yieldPoint: 'after_tool' }));
export const thawed = (phaseId: PhaseId) => (state: WorkflowExecution) => resumePhase(state, inSession(state, phaseId));
export const parked = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  parkPhase(
    state,
    ParkPhase.schema.parse({ ...inSession(state, phaseId), runner: 'runner-1', why: 'hold_expired', usage: NO_USAGE }),
  );
export const lost = (phaseId: PhaseId) => (state: WorkflowExecution) =>
  interruptPhase(state, InterruptPhase.schema.parse({ ...inSession(state, phaseId), why: 'lease_lost' }));
export const paused = (state: WorkflowExecution) => pauseExecution(state, PauseExecution.schema.parse({ executionId }));
export const resumed = resumeExecution;
export const cancelled = (state: WorkflowExecution) =>
  cancelExecution(state, CancelExecution.schema.parse({ executionId }));
export const retried = retryExecution;

export const types = (events: readonly ExecutionEvent[]) => events.map(({ type }) => type);
export const stateAfter = (events: readonly ExecutionEvent[]) =>
  events.reduce(WorkflowExecution.evolve, WorkflowExecution.initial);
export const decided = (
  events: readonly ExecutionEvent[],
  step: (state: WorkflowExecution) => readonly ExecutionEvent[],
) => types(step(stateAfter(events)));

export const { given } = specificationOf(WorkflowExecution);
export const two = template([plan], [build]);
