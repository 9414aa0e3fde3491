import type { ExecutionCommands } from '@syntropic/orchestration/contracts';
import { followed, idsOf, inSession, queued, stopped, type Decision } from './continuation';
import { phaseOfSession, refuse, running, started } from './refusals';
import { isLive, type PhaseWithSession } from './phase-state';
import { isEnding, phaseOf, type UnderwayExecution, type WorkflowExecution } from './workflow-execution';

export function startPhase(execution: WorkflowExecution, command: ExecutionCommands['StartPhase']): Decision {
  const now = running(execution);
  const phase = phaseOfSession(now, command);
  if (now.requested) throw refuse('not_running', `${now.requested} is requested`);
  if (isEnding(now)) throw refuse('not_running', 'it is ending');
  if (phase.status !== 'queued' || phase.leg !== command.leg) {
    throw refuse('phase_not_queued', `${command.phaseId} is ${phase.status}`);
  }

  const { name, order, agent, model } = phase.definition;
  const { runner } = command;
  const data = {
    ...inSession(now, phase),
    phaseName: name,
    phaseOrder: order,
    runner,
    provider: agent.provider,
    model,
  };
  return [{ type: 'PhaseStarted', data }];
}

/** The pause is a fact when the last running agent is frozen. */
export function holdPhase(execution: WorkflowExecution, command: ExecutionCommands['HoldPhase']): Decision {
  const now = started(execution);
  const phase = phaseOfSession(now, command);
  if (phase.status === 'held') return [];
  if (now.status !== 'running' || now.requested !== 'pause')
    throw refuse('pause_not_requested', 'no pause is requested');
  if (phase.status !== 'running') throw refuse('phase_not_running', `${command.phaseId} is ${phase.status}`);

  const { yieldPoint } = command;
  return followed(now, [{ type: 'PhaseHeld', data: { ...inSession(now, phase), yieldPoint } }], yieldPoint);
}

/** The agent of a held phase runs again. A second report changes nothing, nor does one after another hold. */
export function resumePhase(execution: WorkflowExecution, command: ExecutionCommands['ResumePhase']): Decision {
  const now = started(execution);
  const phase = phaseOfSession(now, command);
  return phase.isResuming ? [{ type: 'PhaseResumed', data: inSession(now, phase) }] : [];
}

/** Accepted after a resume too, because the agent has ended already: the phase then continues with its next leg. */
export function parkPhase(execution: WorkflowExecution, command: ExecutionCommands['ParkPhase']): Decision {
  const now = started(execution);
  const phase = phaseOfSession(now, command);
  if (phase.status === 'parked') return [];
  if (!isLive(phase)) throw refuse('phase_not_running', `${command.phaseId} is ${phase.status}`);

  const { runner, why, usage, checkpoint, checkpointError } = command;
  if (isEnding(now)) return followed(now, [stopped(now, phase, { usage, artifacts: [] })]);
  const kept = { ...(checkpoint && { checkpoint }), ...(checkpointError !== undefined && { checkpointError }) };
  return followed(now, [{ type: 'PhaseParked', data: { ...inSession(now, phase), runner, why, usage, ...kept } }]);
}

export function completePhase(execution: WorkflowExecution, command: ExecutionCommands['CompletePhase']): Decision {
  const now = running(execution);
  const phase = runningPhase(now, command);
  const data = { ...inSession(now, phase), ...used(command) };
  const waits = phase.definition.executionType === 'human_in_loop' && !isEnding(now);
  return followed(now, [{ type: waits ? 'PhaseAwaitingApproval' : 'PhaseCompleted', data }]);
}

/** Another attempt follows while the phase has retries left; after that the execution fails. */
export function failPhase(execution: WorkflowExecution, command: ExecutionCommands['FailPhase']): Decision {
  const now = started(execution);
  const phase = phaseOfSession(now, command);
  if (!isLive(phase)) throw refuse('phase_not_running', `${command.phaseId} is ${phase.status}`);
  if (isEnding(now)) return followed(now, [stopped(now, phase, faulty(command))]);

  const { max, backoffSeconds } = phase.definition.retries;
  const retryInSeconds = phase.attempt <= max ? backoffSeconds : undefined;
  const { error, errorType } = command;
  const data = { ...inSession(now, phase), ...used(command), error, errorType, retryInSeconds };
  return followed(now, [{ type: 'PhaseFailed', data }]);
}

/** Agents are stopped only while their execution is ending. */
export function stopPhase(execution: WorkflowExecution, command: ExecutionCommands['StopPhase']): Decision {
  const now = started(execution);
  const phase = phaseOfSession(now, command);
  if (phase.status === 'stopped') return [];
  if (!isEnding(now)) throw refuse('not_ending', `it is ${now.status}`);
  if (!isLive(phase)) throw refuse('phase_not_running', `${command.phaseId} is ${phase.status}`);

  return followed(now, [stopped(now, phase, faulty(command))]);
}

/** During a pause the attempt is only marked as due; resuming queues it. */
export function requeuePhase(
  execution: WorkflowExecution,
  { phaseId, attempt }: ExecutionCommands['RequeuePhase'],
): Decision {
  const now = started(execution);
  const phase = phaseOf(now, phaseId);
  if (phase.status !== 'failed' || phase.attempt + 1 !== attempt || isEnding(now)) return [];
  if (now.status === 'running' && !now.requested) return [queued(now, phase)];

  return [{ type: 'PhaseRetryDue', data: { ...idsOf(now), phaseId, attempt } }];
}

export function approvePhase(execution: WorkflowExecution, { phaseId }: ExecutionCommands['ApprovePhase']): Decision {
  const now = running(execution);
  const phase = awaiting(now, phaseId);
  const { usage, artifacts } = phase;
  return followed(now, [{ type: 'PhaseCompleted', data: { ...inSession(now, phase), usage, artifacts } }]);
}

export function rejectPhase(
  execution: WorkflowExecution,
  { phaseId, reason }: ExecutionCommands['RejectPhase'],
): Decision {
  const now = running(execution);
  const phase = awaiting(now, phaseId);
  const { usage, artifacts } = phase;
  const { max, backoffSeconds } = phase.definition.retries;
  const data = {
    ...inSession(now, phase),
    usage,
    artifacts,
    error: reason ?? 'rejected',
    errorType: 'rejected',
    retryInSeconds: phase.attempt <= max ? backoffSeconds : undefined,
  };
  return followed(now, [{ type: 'PhaseFailed', data }]);
}

type Used = Pick<ExecutionCommands['CompletePhase'], 'model' | 'usage' | 'artifacts' | 'kept'>;
type Faulty = Used & Readonly<{ error?: string | undefined }>;

const used = ({ model, usage, artifacts, kept }: Used): Used => ({
  ...(model !== undefined && { model }),
  usage,
  artifacts,
  ...(kept && { kept }),
});

/** The error is kept where the execution's end decides about the phase. */
const faulty = ({ error, ...command }: Faulty): Faulty => ({ ...used(command), ...(error !== undefined && { error }) });

function runningPhase(execution: UnderwayExecution, command: Readonly<{ phaseId: string; sessionId: string }>) {
  const phase = phaseOfSession(execution, command);
  if (phase.status !== 'running') throw refuse('phase_not_running', `${command.phaseId} is ${phase.status}`);
  return phase;
}

function awaiting(execution: UnderwayExecution, phaseId: string): PhaseWithSession {
  const phase = execution.phases.find(({ definition }) => definition.phaseId === phaseId);
  if (phase?.status !== 'awaiting_approval' || !phase.sessionId) {
    throw refuse('phase_not_awaiting_approval', `${phaseId} is ${phase?.status ?? 'not one of its phases'}`);
  }
  return { ...phase, sessionId: phase.sessionId };
}
