import { secondsAfter, tokensView, totalTokensView, wireEvents } from '@syntropic/live';
import { inputsWithTask, workflowExecution, type ExecutionEvents } from '@syntropic/orchestration/contracts';

/** Executions and their phases as clients of unnamed frames know them. */
export const executionWireEvents = wireEvents(workflowExecution)({
  ExecutionStarted: {
    name: 'WorkflowExecutionStarted',
    activity: true,
    data: ({ data, recordedAt }) => ({
      workflow_id: data.workflowId,
      execution_id: data.executionId,
      workflow_name: data.workflowName,
      inputs: inputsWithTask(data),
      started_at: recordedAt,
      total_phases: data.phases.length,
      phase_definitions: data.phases.map(({ phaseId, name, order }) => ({ phase_id: phaseId, name, order })),
      rerun_of: data.rerunOf?.executionId ?? null,
      fork_of: data.forkOf?.executionId ?? null,
    }),
  },
  PhasesTakenOver: {
    name: 'PhasesTakenOver',
    data: ({ data, recordedAt }) => ({
      ...inExecution(data),
      phases: data.phases.map(({ phaseId, executionId, sessionId, artifactId, used }) => ({
        phase_id: phaseId,
        execution_id: executionId,
        session_id: sessionId,
        artifact_id: artifactId ?? null,
        cost_usd: used.costUsd,
        cost_complete: used.costComplete,
      })),
      taken_over_at: recordedAt,
    }),
  },
  PhaseStarted: {
    name: 'PhaseStarted',
    data: ({ data, recordedAt }) => ({
      ...inExecution(data),
      phase_id: data.phaseId,
      phase_name: data.phaseName,
      phase_order: data.phaseOrder,
      session_id: data.sessionId,
      started_at: recordedAt,
    }),
  },
  PhaseCompleted: {
    name: 'PhaseCompleted',
    data: ({ data, recordedAt }) => ({ ...endOfPhase(data, recordedAt), success: true }),
  },
  PhaseFailed: {
    name: 'PhaseCompleted',
    data: ({ data, recordedAt }) => ({
      ...endOfPhase(data, recordedAt),
      success: false,
      error_message: data.error,
    }),
  },
  ExecutionCompleted: {
    name: 'WorkflowCompleted',
    terminal: true,
    activity: true,
    data: ({ data, recordedAt }) => ({ ...endOfExecution(data), completed_at: recordedAt }),
  },
  ExecutionFailed: {
    name: 'WorkflowFailed',
    terminal: true,
    activity: true,
    data: ({ data, recordedAt }) => ({
      ...endOfExecution(data),
      failed_at: recordedAt,
      failed_phase_id: data.phaseId,
      error_message: data.error,
      error_type: data.errorType,
    }),
  },
  ExecutionCancelled: {
    name: 'ExecutionCancelled',
    terminal: true,
    activity: true,
    data: ({ data, recordedAt }) => ({
      ...endOfExecution(data),
      cancelled_at: recordedAt,
      reason: data.reason ?? null,
    }),
  },
  ExecutionPauseRequested: {
    name: 'ExecutionPauseRequested',
    data: ({ data, recordedAt }) => requestIn(data, recordedAt),
  },
  ExecutionInterruptRequested: {
    name: 'ExecutionInterruptRequested',
    data: ({ data, recordedAt }) => requestIn(data, recordedAt),
  },
  ExecutionCancelRequested: {
    name: 'ExecutionCancelRequested',
    data: ({ data, recordedAt }) => requestIn(data, recordedAt),
  },
  ExecutionPaused: {
    name: 'ExecutionPaused',
    data: ({ data, recordedAt }) => ({
      ...inExecution(data),
      phase_id: data.phaseId ?? null,
      yield_point: data.yieldPoint,
      paused_at: recordedAt,
      until: data.until ?? null,
    }),
  },
  ExecutionResumed: {
    name: 'ExecutionResumed',
    data: ({ data, recordedAt }) => ({ ...inExecution(data), resumed_at: recordedAt }),
  },
  ExecutionRetried: {
    name: 'ExecutionRetried',
    data: ({ data, recordedAt }) => ({
      ...inExecution(data),
      phase_ids: data.phaseIds,
      automatic_retry: data.automaticRetry ?? null,
      retried_at: recordedAt,
    }),
  },
  PhaseResumed: {
    name: 'PhaseResumed',
    data: ({ data, recordedAt }) => ({
      ...inExecution(data),
      phase_id: data.phaseId,
      session_id: data.sessionId,
      resumed_at: recordedAt,
    }),
  },
  PhaseAwaitingApproval: {
    name: 'PhaseAwaitingApproval',
    data: ({ data, recordedAt }) => endOfPhase(data, recordedAt),
  },
  BudgetExceeded: {
    name: 'BudgetExceeded',
    data: ({ data, recordedAt }) => ({
      ...inExecution(data),
      kind: data.kind,
      limit: data.limit,
      spent: data.spent,
      reserved: data.reserved,
      cause: data.cause,
      on_exceeded: data.onExceeded,
      exceeded_at: recordedAt,
    }),
  },
  BudgetChanged: {
    name: 'BudgetChanged',
    data: ({ data, recordedAt }) => ({
      ...inExecution(data),
      budget: data.budget.map(limitView),
      before: data.before.map(limitView),
      changed_at: recordedAt,
    }),
  },
  MessageRequested: {
    name: 'MessageRequested',
    data: ({ data, recordedAt }) => ({
      ...inExecution(data),
      message_id: data.messageId,
      role: data.role,
      message: data.message,
      phase_ids: data.phaseIds,
      requested_at: recordedAt,
    }),
  },
  MessageDelivered: {
    name: 'MessageDelivered',
    data: ({ data, recordedAt }) => ({
      ...inExecution(data),
      message_id: data.messageId,
      phase_id: data.phaseId,
      session_id: data.sessionId,
      delivered_at: recordedAt,
    }),
  },
  MessageUndeliverable: {
    name: 'MessageUndeliverable',
    data: ({ data, recordedAt }) => ({
      ...inExecution(data),
      message_id: data.messageId,
      phase_id: data.phaseId,
      given_up_at: recordedAt,
    }),
  },
  // An interruption does not end the stream: a retry may follow.
  ExecutionInterrupted: {
    name: 'WorkflowInterrupted',
    data: ({ data, recordedAt }) => ({
      ...inExecution(data),
      why: data.why,
      interrupted_at: recordedAt,
      retry_at: data.retryInSeconds === undefined ? null : secondsAfter(recordedAt, data.retryInSeconds),
    }),
  },
});

type DataOf<Type extends keyof ExecutionEvents> = ExecutionEvents[Type]['data'];
type Ending = DataOf<'ExecutionCompleted' | 'ExecutionFailed' | 'ExecutionCancelled'>;

const inExecution = ({ workflowId, executionId }: DataOf<'ExecutionResumed'>) => ({
  workflow_id: workflowId,
  execution_id: executionId,
});

const requestIn = (
  data: DataOf<'ExecutionPauseRequested' | 'ExecutionInterruptRequested' | 'ExecutionCancelRequested'>,
  recordedAt: string,
) => ({
  ...inExecution(data),
  reason: data.reason ?? null,
  requested_at: recordedAt,
});

const limitView = ({ kind, limit, onExceeded }: DataOf<'BudgetChanged'>['budget'][number]) => ({
  kind,
  limit,
  on_exceeded: onExceeded,
});

const endOfPhase = (data: DataOf<'PhaseAwaitingApproval' | 'PhaseCompleted' | 'PhaseFailed'>, recordedAt: string) => ({
  ...inExecution(data),
  phase_id: data.phaseId,
  session_id: data.sessionId,
  completed_at: recordedAt,
  artifact_id: data.artifacts[0]?.artifactId ?? null,
  ...tokensView(data.usage),
  duration_seconds: data.usage.durationMs / 1_000,
});

const endOfExecution = (data: Ending) => ({
  ...inExecution(data),
  completed_phases: data.completedPhases,
  total_phases: data.totalPhases,
  artifact_ids: data.artifactIds,
  ...totalTokensView(data.usage),
  total_duration_seconds: data.usage.durationMs / 1_000,
});
