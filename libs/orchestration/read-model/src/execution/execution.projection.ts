import { agentSession } from '@syntropic/agent-sessions/contracts';
import { incompleteSum, NO_USAGE, NO_USAGE_SUM } from '@syntropic/kernel';
import { secondsAfter } from '@syntropic/live';
import { inputsWithTask, workflowExecution, type ExecutionEvents } from '@syntropic/orchestration/contracts';
import { projection, usageRow, type ListedRowOf } from '@syntropic/projections';
import { changedBudget, exceededBudget, resumedBudget, withBudget } from './budget-row';
import { listed, row, type ExecutionRow } from './execution-row';
import {
  attemptOf,
  interrupted,
  isOpen,
  pendingPhase,
  running,
  takenOverPhase,
  withPhase,
  type PhaseRow,
} from './phase-row';
import { repriced } from './repriced';
import { settled, withSum } from './settled';
import { forkRow, takenOverRow } from './taken-over';
import { withControls } from './with-controls';

export type ListedExecution = ListedRowOf<typeof executionProjection>;
/** All executions, as list and detail. Usage is of ended sessions; telemetry has that of running ones. */
export const executionProjection = projection(
  workflowExecution,
  agentSession,
)({
  name: 'execution',
  version: 6,
  row,
  key: 'execution_id',
  indexes: [
    ['started_at', 'execution_id'],
    ['status', 'started_at', 'execution_id'],
    ['status', 'completed_at', 'execution_id'],
    ['workflow_id', 'started_at', 'execution_id'],
    ['rerun_of', 'started_at'],
  ],
  counted: [[], ['status'], ['workflow_id'], ['workflow_id', 'status']],
  countedByTime: { column: 'started_at', by: [[]] },
  listed,
  shownWith: ({ rerun_of }) => (rerun_of === null ? [] : [rerun_of]),
  keys: ({ data }) => [data.executionId],
  on: {
    SessionRepriced: (row, { data }) => row && repriced(row, data),
    ...withControls({
      ExecutionStarted: (_, { data, recordedAt }) => ({
        execution_id: data.executionId,
        workflow_id: data.workflowId,
        workflow_name: data.workflowName,
        rerun_of: data.rerunOf?.executionId ?? null,
        status: 'running',
        asked: null,
        started_at: recordedAt,
        completed_at: null,
        completed_phases: 0,
        total_phases: data.phases.length,
        ...usageRow(NO_USAGE),
        ...takenOverRow([]),
        error_message: null,
        detail: {
          inputs: inputsWithTask(data),
          task: data.task,
          repos: data.repos,
          ...NO_USAGE_SUM,
          unaccounted: [],
          automaticRetries: 0,
          controls: [],
          messages: 0,
          phases: [...data.phases].sort((one, other) => one.order - other.order).map(pendingPhase),
          ...forkRow(data),
          ...(data.budget && { budget: { limits: data.budget, exceeded: [] } }),
        },
      }),

      PhasesTakenOver: (row, { data }) =>
        data.phases.reduce<ExecutionRow | undefined>(
          (before, phase) => changed(before, phase.phaseId, takenOverPhase(phase)),
          row && { ...row, ...takenOverRow(data.phases), completed_phases: data.phases.length },
        ),

      PhaseQueued: (row, { data: { phaseId, attempt, sessionId, leg } }) =>
        changed(row, phaseId, { status: 'queued', attempt, ...(leg === 1 && attemptOf(sessionId, attempt)) }),
      PhaseStarted: (row, { data: { phaseId, leg }, recordedAt }) =>
        changed(row, phaseId, { status: 'running', completedAt: null, ...(leg === 1 && { startedAt: recordedAt }) }),
      PhaseHeld: (row, { data: { phaseId } }) => changed(row, phaseId, { status: 'paused' }),
      PhaseResumed: (row) => row,
      PhaseParked: (row, { data: { phaseId } }) => changed(row, phaseId, { status: 'paused' }),
      PhaseAwaitingApproval: (row, { data, recordedAt }) =>
        settled(row, data, { status: 'waiting', completedAt: recordedAt }),
      PhaseCompleted: (row, { data, recordedAt }) => {
        const after = settled(row, data, { status: 'completed', completedAt: recordedAt });
        return after && { ...after, completed_phases: after.completed_phases + 1 };
      },
      PhaseFailed: (row, { data, recordedAt }) =>
        settled(row, data, { status: 'failed', completedAt: recordedAt, errorMessage: data.error }),
      PhaseStopped: (row, { data, recordedAt }) =>
        settled(row, data, { status: 'cancelled', completedAt: recordedAt, errorMessage: data.error ?? null }),

      ExecutionPauseRequested: (row, { data }) => row && requested(row, 'pause', data.reason),
      ExecutionInterruptRequested: (row, { data }) => row && requested(row, 'interrupt', data.reason),
      ExecutionCancelRequested: (row, { data }) => row && requested(row, 'cancel', data.reason),
      ExecutionPaused: (row) => row && { ...row, status: 'paused', asked: null },
      ExecutionResumed: (row) =>
        row && {
          ...row,
          status: 'running',
          asked: null,
          detail: {
            ...row.detail,
            reason: undefined,
            phases: row.detail.phases.map(running),
            ...resumedBudget(row.detail.budget),
          },
        },
      ExecutionRetried: (row, { data: { automaticRetry } }) =>
        row && {
          ...row,
          status: 'running',
          error_message: null,
          detail: {
            ...row.detail,
            retryAt: undefined,
            automaticRetries: automaticRetry ?? row.detail.automaticRetries,
          },
        },

      BudgetExceeded: (row, { data }) => row && withBudget(row, exceededBudget(row.detail.budget, data)),
      BudgetChanged: (row, { data }) => row && withBudget(row, changedBudget(row.detail.budget, data.budget)),

      MessageRequested: (row) => row && { ...row, detail: { ...row.detail, messages: row.detail.messages + 1 } },

      ExecutionInterrupted: (row, { data, recordedAt }) => row && afterInterruption(row, data, recordedAt),
      ExecutionCompleted: (row, { recordedAt }) =>
        row && { ...row, status: 'completed', asked: null, completed_at: recordedAt },
      ExecutionFailed: (row, { data, recordedAt }) =>
        row && { ...ended(row), status: 'failed', completed_at: recordedAt, error_message: data.error },
      ExecutionCancelled: (row, { recordedAt }) =>
        row && { ...ended(row), status: 'cancelled', completed_at: recordedAt },
    }),
  },
});

const changed = (row: ExecutionRow | undefined, phaseId: string, change: Partial<PhaseRow>) =>
  row && { ...row, detail: { ...row.detail, phases: withPhase(row.detail.phases, phaseId, change) } };

const requested = (row: ExecutionRow, control: 'pause' | 'interrupt' | 'cancel', reason: string | undefined) => ({
  ...row,
  asked: control,
  detail: { ...row.detail, reason },
});

/** What its sessions have used is known after an interruption that ended none of them. */
function afterInterruption(
  row: ExecutionRow,
  { why, reason, sessions, parked = [], retryInSeconds }: ExecutionEvents['ExecutionInterrupted']['data'],
  recordedAt: string,
): ExecutionRow {
  const isKnown = why === 'requested' && sessions.length === 0;
  const { detail, ...columns } = isKnown ? row : withSum(row, incompleteSum(row.detail));
  return {
    ...columns,
    status: 'interrupted',
    asked: null,
    error_message: `interrupted: ${reason === undefined ? why : `${why}: ${reason}`}`,
    detail: {
      ...detail,
      unaccounted: [...detail.unaccounted, ...sessions.map(({ sessionId }) => sessionId)],
      phases: detail.phases.map(interrupted([...sessions, ...parked])),
      ...(retryInSeconds !== undefined && { retryAt: secondsAfter(recordedAt, retryInSeconds) }),
    },
  };
}

/** Cancels the phases that wait for a runner or a person. */
const ended = (row: ExecutionRow): ExecutionRow => ({
  ...row,
  asked: null,
  detail: {
    ...row.detail,
    retryAt: undefined,
    phases: row.detail.phases.map((phase) => (isOpen(phase) ? { ...phase, status: 'cancelled' } : phase)),
  },
});
