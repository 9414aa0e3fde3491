import { addUsage, NO_USAGE, type SessionId, type Usage } from '@syntropic/kernel';
import type { Budget, ExecutionEvent, ExecutionEvents } from '@syntropic/orchestration/contracts';
import { isActive, isRetried, pending, type PhaseState, type PhaseStatus } from './phase-state';
import { withoutMessage, withMessage, type WaitingMessage } from './waiting-messages';

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
    requested?: 'pause' | 'interrupt' | 'cancel' | undefined;
    reason?: string | undefined;
    /** The requested pause is one until a limit of a provider resets. */
    limitedUntil?: string | undefined;
    /** A phase has failed for good; the others are being stopped. */
    failure?: Readonly<{ phase: PhaseState; error: string; errorType: string }>;
  }>;
type Paused = Underway &
  Readonly<{
    status: 'paused';
    requested?: 'cancel' | undefined;
    reason?: string | undefined;
    /** The execution resumes by itself then: a limit of a provider has reset. */
    limitedUntil?: string | undefined;
  }>;
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
      const anew = leg === 1 ? { usage: NO_USAGE, artifacts: [], kept: undefined, checkpoint: undefined } : {};
      return withPhase(execution, phaseId, { status: 'queued', sessionId, attempt, leg, ...anew });
    }
    case 'PhaseStarted':
      return withPhase(execution, event.data.phaseId, { status: 'running', runner: event.data.runner });
    case 'PhaseHeld':
      return withPhase(execution, event.data.phaseId, { status: 'held', isResuming: undefined });
    case 'PhaseResumed':
      return withPhase(execution, event.data.phaseId, { isResuming: undefined });
    case 'PhaseParked': {
      const { phaseId, runner, usage, checkpoint } = event.data;
      return withPhase(execution, phaseId, { status: 'parked', runner, usage, checkpoint, isResuming: undefined });
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
    case 'ExecutionPauseRequested': {
      const { reason, until } = event.data;
      return { ...only(underway(execution)), status: 'running', requested: 'pause', reason, limitedUntil: until };
    }
    case 'ExecutionPaused':
      return { ...only(underway(execution)), status: 'paused', limitedUntil: event.data.until };
    case 'ExecutionResumed': {
      const { phases, ...rest } = only(underway(execution));
      const resumed = phases.map((phase) =>
        phase.status === 'held' ? { ...phase, status: 'running' as const, isResuming: true } : phase,
      );
      return { ...rest, status: 'running', phases: resumed, exceeded: [] };
    }
    case 'ExecutionCancelRequested':
      return { ...underway(execution), requested: 'cancel', reason: event.data.reason };
    case 'ExecutionInterruptRequested':
      return { ...underway(execution), status: 'running', requested: 'interrupt', reason: event.data.reason };
    case 'ExecutionInterrupted':
      return interrupted(underway(execution), event.data);
    case 'ExecutionRetried': {
      const { phases, ...before } = only(underway(execution));
      const automaticRetries = event.data.automaticRetry ?? before.automaticRetries;
      // A parked session goes on as the next attempt.
      const next = phases.map((phase) =>
        phase.status === 'parked' ? { ...phase, attempt: phase.attempt + 1 } : phase,
      );
      return { ...before, phases: next, status: 'running', exceeded: [], automaticRetries };
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

/** A requested cancellation or a final failure already decides how the execution ends. */
export const isEnding = (execution: UnderwayExecution): boolean =>
  execution.requested === 'cancel' || (execution.status === 'running' && execution.failure !== undefined);

/** The execution pauses, or is paused, until a limit of a provider resets. */
export const isLimited = (
  execution: UnderwayExecution,
): execution is (Running | Paused) & Readonly<{ limitedUntil: string }> =>
  execution.status !== 'interrupted' &&
  execution.limitedUntil !== undefined &&
  (execution.status === 'paused' || execution.requested === 'pause');

export function phaseOf({ phases }: Underway, phaseId: string): PhaseState {
  const phase = phases.find(({ definition }) => definition.phaseId === phaseId);
  if (!phase) throw new Error(`there is no phase ${phaseId}`);
  return phase;
}

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

function interrupted(
  execution: UnderwayExecution,
  { sessionId, sessions, parked = [], why, retryInSeconds }: ExecutionEvents['ExecutionInterrupted']['data'],
): Interrupted {
  const { phases, usage, ...rest } = only(execution);
  const isParked = (phase: PhaseState) => parked.some((session) => session.sessionId === phase.sessionId);
  const isKnown = why === 'requested' && sessions.length === 0;
  return {
    ...rest,
    status: 'interrupted',
    phases: phases.map((phase) => {
      if (isParked(phase)) return { ...phase, status: 'parked' };
      return isActive(phase) || isRetried(phase) ? { ...phase, status: 'interrupted' } : phase;
    }),
    usage: { ...usage, costComplete: usage.costComplete && isKnown },
    ...(retryInSeconds !== undefined && { retriedAfter: sessionId }),
  };
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
