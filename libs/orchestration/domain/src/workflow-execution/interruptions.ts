import { UNKNOWN_USAGE } from '@syntropic/kernel';
import type { ExecutionCommands } from '@syntropic/orchestration/contracts';
import { reachedLimit, refuseExceeded } from './budget';
import { followed, idsOf, inSession, retried, sessionsAtWork, stopped, summaryOf, type Decision } from './continuation';
import { phaseOfSession, refuse, running, started, wrongState } from './refusals';
import { hasSession, isActive, isLive, type PhaseState } from './phase-state';
import { isEnding, isLimited, type UnderwayExecution, type WorkflowExecution } from './workflow-execution';

/** Requests that all agents end. The interruption is a fact when they have, and it replaces a requested pause. */
export function interruptExecution(
  execution: WorkflowExecution,
  { reason }: ExecutionCommands['InterruptExecution'],
): Decision {
  const now = running(execution);
  if (now.requested === 'interrupt') return [];
  if (isEnding(now)) throw wrongState('not_running', 'ending');

  return followed(now, [{ type: 'ExecutionInterruptRequested', data: { ...idsOf(now), reason } }]);
}

/**
 * The runner of the phase is lost. A paused execution stays paused with a parked phase; an ending one ends. While an interruption is
 * requested the workspaces that were parked for it are kept.
 */
export function interruptPhase(execution: WorkflowExecution, command: ExecutionCommands['InterruptPhase']): Decision {
  const now = started(execution);
  const phase = phaseOfSession(now, command);
  if (!isLive(phase) && phase.status !== 'queued') return [];
  const { why } = command;
  if (isEnding(now)) return followed(now, [stopped(now, phase, { usage: UNKNOWN_USAGE, artifacts: [] })]);
  if (now.status === 'paused') {
    if (!isLive(phase)) return stillQueued(phase, why);
    const runner = phase.runner ?? '';
    const data = { ...inSession(now, phase), runner, why: 'lease_lost', usage: UNKNOWN_USAGE } as const;
    return [{ type: 'PhaseParked', data }];
  }

  const sessions = now.requested === 'interrupt' ? sessionsAtWork(now.phases) : lostSessions(now.phases);
  const data = { ...inSession(now, phase), ...summaryOf(now), ...sessions, why, ...automaticRetryOf(now) };
  return [{ type: 'ExecutionInterrupted', data }];
}

const lostSessions = (phases: readonly PhaseState[]) => ({
  sessions: phases
    .filter(hasSession)
    .filter(isActive)
    .map(({ sessionId, leg }) => ({ sessionId, leg })),
});

/** None while people have requested a pause or an interruption, or a limit of the budget is reached: the execution waits for a person already. */
function automaticRetryOf(execution: UnderwayExecution) {
  const { interruptionRetries } = execution.started;
  if (!interruptionRetries || execution.automaticRetries >= interruptionRetries.max) return {};
  if ((execution.requested !== undefined && !isLimited(execution)) || reachedLimit(execution)) return {};
  return { retryInSeconds: interruptionRetries.backoffSeconds };
}

/** Changes nothing for another interruption, or when the execution goes on or has ended already. */
export function retryInterruption(
  execution: WorkflowExecution,
  { sessionId }: ExecutionCommands['RetryInterruption'],
): Decision {
  if (execution.status !== 'interrupted' || execution.retriedAfter !== sessionId) return [];
  refuseExceeded(execution);
  return retried(execution, execution.automaticRetries + 1);
}

/** Work that was claimed but not started before the pause stays queued, because resuming continues queued phases. */
function stillQueued(
  { definition: { phaseId } }: PhaseState,
  why: ExecutionCommands['InterruptPhase']['why'],
): Decision {
  if (why === 'lease_lost') throw refuse('phase_waits', `${phaseId} is queued and has not started`);
  return [];
}
