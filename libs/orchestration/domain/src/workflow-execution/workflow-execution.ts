import { addUsage, NO_USAGE, type KeptSession, type ProducedFile, type SessionId, type Usage } from '@syntropic/kernel';
import type {
  Budget,
  ExecutionEvent,
  ExecutionEvents,
  RecordedPhase,
  TakenOverPhase,
} from '@syntropic/orchestration/contracts';
import { withoutMessage, withMessage, type WaitingMessage } from './waiting-messages';

/**
 * `queued`: waits for a runner. `held`: its agent is frozen at a yield point. `parked`: its agent was ended, its workspace kept.
 * `failed`: another attempt follows after its back-off. `due`: the back-off is over, and a pause keeps the attempt from being
 * queued. `stopped`: ended because the execution ends. `interrupted`: its runner was lost, or none came in time.
 */
export type PhaseStatus =
  | 'pending'
  | 'queued'
  | 'running'
  | 'held'
  | 'parked'
  | 'awaiting_approval'
  | 'completed'
  | 'failed'
  | 'due'
  | 'stopped'
  | 'interrupted';

export type PhaseState = Readonly<{
  definition: RecordedPhase;
  status: PhaseStatus;
  attempt: number;
  leg: number;
  sessionId?: SessionId;
  /** The runner that keeps its workspace. */
  runner?: string;
  /** Usage and artifacts of the attempt, set when a leg is parked and when the attempt ends. */
  usage: Usage;
  artifacts: readonly ProducedFile[];
  /** The archive of its newest session that was kept, or the reason why there is none. */
  kept?: KeptSession | undefined;
  /** The phase was held when the execution was resumed, and its agent has not reported that it runs again. */
  isResuming?: boolean | undefined;
  /** The phase was completed in an earlier execution, which has its artifacts. */
  takenOver?: TakenOverPhase;
}>;

type Underway = Readonly<{
  started: ExecutionEvents['ExecutionStarted']['data'];
  phases: readonly PhaseState[];
  /** The sum over all attempts that have ended. */
  usage: Usage;
  /** The automatic retries after interruptions. */
  automaticRetries: number;
  /** The limits that hold now. */
  budget: Budget;
  /** The limits that were exceeded since the execution was resumed or they were changed. */
  exceeded: readonly ExecutionEvents['BudgetExceeded']['data'][];
  /** The messages that their agents have not taken yet, oldest first. */
  messages: readonly WaitingMessage[];
}>;

export type Running = Underway &
  Readonly<{
    status: 'running';
    requested?: 'pause' | 'cancel' | undefined;
    reason?: string | undefined;
    /** A phase has failed for good; the others are being stopped. */
    failure?: Readonly<{ phase: PhaseState; error: string; errorType: string }>;
  }>;
type Paused = Underway & Readonly<{ status: 'paused'; requested?: 'cancel' | undefined; reason?: string | undefined }>;
type Interrupted = Underway &
  Readonly<{
    status: 'interrupted';
    requested?: 'cancel' | undefined;
    reason?: string | undefined;
    /** The lost session after whose back-off the execution is retried; absent when people retry it. */
    retriedAfter?: SessionId | undefined;
  }>;
/** Keeps its phases, because reruns take them over. */
type Ended = Underway & Readonly<{ status: 'completed' | 'failed' | 'cancelled' }>;

/** One run of a workflow template. */
export type WorkflowExecution = Readonly<{ status: 'not_started' }> | Running | Paused | Interrupted | Ended;

export type UnderwayExecution = Running | Paused | Interrupted;

export const isUnderway = (execution: WorkflowExecution): execution is UnderwayExecution =>
  execution.status === 'running' || execution.status === 'paused' || execution.status === 'interrupted';

function underway(execution: WorkflowExecution): UnderwayExecution {
  if (!isUnderway(execution)) throw new Error(`an execution that is ${execution.status} has no phases`);
  return execution;
}

export function evolve(execution: WorkflowExecution, event: ExecutionEvent): WorkflowExecution {
  switch (event.type) {
    case 'ExecutionStarted':
      return {
        status: 'running',
        started: event.data,
        phases: [...event.data.phases].sort((one, other) => one.order - other.order).map(pending),
        usage: NO_USAGE,
        automaticRetries: 0,
        budget: event.data.budget ?? [],
        exceeded: [],
        messages: [],
      };
    case 'PhasesTakenOver':
      return event.data.phases.reduce<UnderwayExecution>(
        (before, takenOver) => withPhase(before, takenOver.phaseId, { status: 'completed', takenOver }),
        underway(execution),
      );
    case 'PhaseQueued': {
      const { phaseId, sessionId, attempt, leg } = event.data;
      const anew = leg === 1 ? { usage: NO_USAGE, artifacts: [], kept: undefined } : {};
      return withPhase(execution, phaseId, { status: 'queued', sessionId, attempt, leg, ...anew });
    }
    case 'PhaseStarted':
      return withPhase(execution, event.data.phaseId, { status: 'running', runner: event.data.runner });
    case 'PhaseHeld':
      return withPhase(execution, event.data.phaseId, { status: 'held', isResuming: undefined });
    case 'PhaseResumed':
      return withPhase(execution, event.data.phaseId, { isResuming: undefined });
    case 'PhaseParked': {
      const { phaseId, runner, usage } = event.data;
      return withPhase(execution, phaseId, { status: 'parked', runner, usage, isResuming: undefined });
    }
    case 'PhaseAwaitingApproval':
      return settled(execution, event.data, 'awaiting_approval');
    case 'PhaseCompleted':
      return settled(execution, event.data, 'completed');
    case 'PhaseStopped':
      return settled(execution, event.data, 'stopped');
    case 'PhaseFailed': {
      const { phaseId, error, errorType, retryInSeconds } = event.data;
      if (retryInSeconds !== undefined) return settled(execution, event.data, 'failed');
      const after = settled(execution, event.data, 'stopped');
      const phase = phaseOf(after, phaseId);
      return { ...after, status: 'running', failure: { phase, error, errorType } };
    }
    case 'PhaseRetryDue':
      return withPhase(execution, event.data.phaseId, { status: 'due' });
    case 'MessageRequested':
      return { ...underway(execution), messages: withMessage(underway(execution).messages, event.data) };
    case 'MessageDelivered':
    case 'MessageUndeliverable':
      return { ...underway(execution), messages: withoutMessage(underway(execution).messages, event.data) };
    case 'ExecutionPauseRequested':
      return { ...underway(execution), status: 'running', requested: 'pause', reason: event.data.reason };
    case 'ExecutionPaused':
      return { ...only(underway(execution)), status: 'paused' };
    case 'ExecutionResumed': {
      const { phases, ...rest } = only(underway(execution));
      const resumed = phases.map((phase) =>
        phase.status === 'held' ? { ...phase, status: 'running' as const, isResuming: true } : phase,
      );
      return { ...rest, status: 'running', phases: resumed, exceeded: [] };
    }
    case 'ExecutionCancelRequested':
      return { ...underway(execution), requested: 'cancel', reason: event.data.reason };
    case 'ExecutionInterrupted': {
      const { phases, usage, ...rest } = only(underway(execution));
      return {
        ...rest,
        status: 'interrupted',
        phases: phases.map((phase) =>
          isActive(phase) || isRetried(phase) ? { ...phase, status: 'interrupted' } : phase,
        ),
        usage: { ...usage, costComplete: false },
        ...(event.data.retryInSeconds !== undefined && { retriedAfter: event.data.sessionId }),
      };
    }
    case 'ExecutionRetried': {
      const before = only(underway(execution));
      const automaticRetries = event.data.automaticRetry ?? before.automaticRetries;
      return { ...before, status: 'running', exceeded: [], automaticRetries };
    }
    case 'BudgetExceeded':
      return { ...underway(execution), exceeded: [...underway(execution).exceeded, event.data] };
    case 'BudgetChanged': {
      const before = underway(execution);
      const { budget } = event.data;
      const remains = (kind: string, limit: string) => budget.some((one) => one.kind === kind && one.limit === limit);
      return { ...before, budget, exceeded: before.exceeded.filter(({ kind, limit }) => remains(kind, limit)) };
    }
    case 'ExecutionCompleted':
      return { ...only(underway(execution)), status: 'completed' };
    case 'ExecutionFailed':
      return { ...only(underway(execution)), status: 'failed' };
    case 'ExecutionCancelled':
      return { ...only(underway(execution)), status: 'cancelled' };
  }
}

/** A runner has the phase, or it waits for one; not for a person, a retry or an earlier phase. */
export const isActive = ({ status }: PhaseState): boolean =>
  status === 'queued' || status === 'running' || status === 'held' || status === 'parked';

/** Another attempt follows, now or after its back-off. */
export const isRetried = ({ status }: PhaseState): boolean => status === 'failed' || status === 'due';

/** The phase has an agent process. */
export const isLive = ({ status }: PhaseState): boolean => status === 'running' || status === 'held';

/** A requested cancellation or a final failure already decides how the execution ends. */
export const isEnding = (execution: UnderwayExecution): boolean =>
  execution.requested === 'cancel' || (execution.status === 'running' && execution.failure !== undefined);

export function phaseOf({ phases }: Underway, phaseId: string): PhaseState {
  const phase = phases.find(({ definition }) => definition.phaseId === phaseId);
  if (!phase) throw new Error(`there is no phase ${phaseId}`);
  return phase;
}

const pending = (definition: RecordedPhase): PhaseState => ({
  definition,
  status: 'pending',
  attempt: 0,
  leg: 0,
  usage: NO_USAGE,
  artifacts: [],
});

const only = ({ started, phases, usage, automaticRetries, budget, exceeded, messages }: Underway): Underway => ({
  started,
  phases,
  usage,
  automaticRetries,
  budget,
  exceeded,
  messages,
});

function withPhase(execution: WorkflowExecution, phaseId: string, change: Partial<PhaseState>): UnderwayExecution {
  const before = underway(execution);
  const changed = { ...phaseOf(before, phaseId), ...change };
  return { ...before, phases: before.phases.map((phase) => (phase.definition.phaseId === phaseId ? changed : phase)) };
}

type Settled = Pick<PhaseState, 'usage' | 'artifacts' | 'kept'> & Readonly<{ phaseId: string }>;

function settled(execution: WorkflowExecution, { phaseId, usage, artifacts, kept }: Settled, status: PhaseStatus) {
  const before = underway(execution);
  // Usage was added when the phase began to wait for approval.
  const counted = phaseOf(before, phaseId).status === 'awaiting_approval';
  // An approval, which follows the end of the session, does not repeat it.
  const after = withPhase(before, phaseId, { status, usage, artifacts, isResuming: undefined, ...(kept && { kept }) });
  return { ...after, usage: counted ? before.usage : addUsage(before.usage, usage) };
}
