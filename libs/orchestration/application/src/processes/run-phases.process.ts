import { agentSession, type SessionEvents } from '@syntropic/agent-sessions/contracts';
import {
  boundedUsage,
  ERROR_BYTES,
  errorText,
  nameText,
  ProducedFile,
  shortText,
  UNKNOWN_USAGE,
  type DomainError,
} from '@syntropic/kernel';
import { workflowExecution, type ExecutionEvents } from '@syntropic/orchestration/contracts';
import { process, send, startTimer } from '@syntropic/processes';
import { announceMessage, closeWork, control, enqueue, keepWork } from '@syntropic/work';
import { clock, clockOfAll, limits } from './budget-reactions';

const { CompletePhase, FailPhase, RequeuePhase, StopPhase } = workflowExecution.commands;

/**
 * Enqueues work for queued phases, ends a phase when its session ends, and passes pause, resume, interrupt and cancel on to the work queue. Limits
 * are in the ledger of budgets before work is queued or resumed.
 */
export const runPhases = process(
  workflowExecution,
  agentSession,
)({
  name: 'run-phases',
  on: {
    ExecutionStarted: ({ data: { executionId, budget } }) => (budget ? [limits(executionId, budget)] : []),
    BudgetChanged: ({ data: { executionId, budget } }) => [limits(executionId, budget)],

    PhaseQueued: ({ data: { isolation, isBudgeted: _, ...queued } }) => [enqueue({ ...queued, backend: isolation })],
    PhaseStarted: (event) => clock(event, 'run'),
    PhaseHeld: (event) => clock(event, 'hold'),
    PhaseParked: (event) => clock(event, 'drop'),
    PhaseAwaitingApproval: (event) => clock(event, 'drop'),
    PhaseCompleted: (event) => clock(event, 'drop'),
    PhaseStopped: (event) => clock(event, 'drop'),

    SessionCompleted: ({ data }) => [settled(data)],

    PhaseFailed: (event) => [...clock(event, 'drop'), afterFailure(event.data)],

    MessageRequested: ({ data: { executionId } }) => [announceMessage(executionId)],

    // Nothing of an execution that waits for a limit needs a slot, and its resumption may be days away.
    ExecutionPauseRequested: ({ data: { executionId, until } }) => [
      control(executionId, until === undefined ? 'pause' : 'park'),
    ],
    ExecutionResumed: (event) => [...clockOfAll(event, 'resume'), control(event.data.executionId, 'run')],
    ExecutionCancelRequested: ({ data: { executionId } }) => [control(executionId, 'cancel')],

    ExecutionInterruptRequested: ({ data: { executionId } }) => [control(executionId, 'interrupt')],

    ExecutionInterrupted: (event) => [...clockOfAll(event, 'clear'), afterInterruption(event.data)],
    ExecutionCompleted: (event) => [...clockOfAll(event, 'close'), closeWork(event.data.executionId)],
    ExecutionFailed: (event) => [...clockOfAll(event, 'close'), closeWork(event.data.executionId)],
    ExecutionCancelled: (event) => [...clockOfAll(event, 'close'), closeWork(event.data.executionId)],
  },
  onMalformed: {
    SessionCompleted: ({ data }, refusal) => [refused(data, refusal)],
  },
});

/** The next attempt after its back-off, or the end of the others. */
const afterFailure = ({ executionId, phaseId, attempt, retryInSeconds }: ExecutionEvents['PhaseFailed']['data']) =>
  retryInSeconds === undefined
    ? control(executionId, 'cancel')
    : startTimer(`retry/${executionId}/${phaseId}`, retryInSeconds, RequeuePhase, {
        executionId,
        phaseId,
        attempt: attempt + 1,
      });

const afterInterruption = ({ executionId, parked = [] }: ExecutionEvents['ExecutionInterrupted']['data']) =>
  keepWork(
    executionId,
    parked.map(({ sessionId }) => sessionId),
  );

type SessionCompleted = SessionEvents['SessionCompleted']['data'];

/** A phase is not completed with artifacts that its command would refuse: the refusal would leave the phase running. */
function settled({ executionId, phaseId, sessionId, status, model, usage, artifacts, kept, ...end }: SessionCompleted) {
  const { accepted, fault } = checked(artifacts);
  const what = {
    executionId,
    phaseId,
    sessionId,
    ...(model !== undefined && { model: nameText(model) }),
    usage: boundedUsage(usage),
    artifacts: accepted,
    ...(kept && { kept }),
  };
  switch (status) {
    case 'completed':
      return fault === undefined
        ? send(CompletePhase, what)
        : send(FailPhase, { ...what, error: errorText(invalid(fault)), errorType: 'account_refused' });
    case 'cancelled':
      return send(StopPhase, fault === undefined ? what : { ...what, error: errorText(invalid(fault)) });
    case 'failed': {
      const { error = 'the agent failed', errorType = 'agent_failed' } = end;
      return send(FailPhase, {
        ...what,
        error: errorText(fault === undefined ? error : `${shortText(error, ERROR_BYTES / 2)}\n${invalid(fault)}`),
        errorType: nameText(errorType),
      });
    }
  }
}

/** For an account that no command about the phase can carry. */
const refused = ({ executionId, phaseId, sessionId }: SessionCompleted, { message }: DomainError) =>
  send(FailPhase, {
    executionId,
    phaseId,
    sessionId,
    usage: UNKNOWN_USAGE,
    error: errorText(invalid(message)),
    errorType: 'account_refused',
  });

const invalid = (fault: string) => `its session's account is invalid: ${fault}`;

/** Older builds recorded files that the contract refuses now. The fault is that of the first of them. */
function checked(artifacts: SessionCompleted['artifacts']) {
  const results = artifacts.map((artifact) => ProducedFile.safeParse(artifact));
  const refused = results.findIndex(({ success }) => !success);
  const issue = results[refused]?.error?.issues[0];
  return {
    accepted: results.flatMap(({ data }) => data ?? []),
    fault: issue && `artifacts[${refused}].${issue.path.join('.')}: ${issue.message}`,
  };
}
