import type { Usage } from '@syntropic/kernel';
import { tokensView, totalTokensView } from '@syntropic/live';
import { MAX_ARTIFACT_IDS } from '@syntropic/orchestration/contracts';
import type { ExecutionRow, PhaseRow } from '@syntropic/orchestration/read-model';
import type { NumberedEvent } from '@syntropic/telemetry';
import { durationDisplay, reposDisplay, tokensDisplay } from '../display/display';
import { secondsBetween } from '../display/duration';
import { costByModel, costShown, costView } from '../display/usage-fields';
import type { ExecutionDetail, ExecutionRun, ExecutionStatus, ExecutionSummary } from './executions.dto';
import { totalOf, usageOfPhase } from './usage-now';

const identity = (row: ExecutionRow) => ({
  workflow_execution_id: row.execution_id,
  workflow_id: row.workflow_id,
  workflow_name: row.workflow_name,
});

const progress = (row: ExecutionRow) => ({
  status: row.status,
  started_at: row.started_at,
  completed_at: row.completed_at,
  completed_phases: row.completed_phases,
  total_phases: row.total_phases,
});

export function executionSummary(row: ExecutionRow, usage: Usage): ExecutionSummary {
  const seconds = secondsBetween(row.started_at, row.completed_at);
  const tokens = totalTokensView(usage);
  return {
    ...identity(row),
    ...progress(row),
    ...tokens,
    total_tokens_display: tokensDisplay(tokens.total_tokens),
    ...costView(usage),
    ...costShown(usage),
    duration_seconds: seconds,
    duration_display: durationDisplay(seconds),
    tool_call_count: usage.toolCalls,
    error_message: row.error_message,
    repos: [...row.detail.repos],
    repos_display: reposDisplay(row.detail.repos),
  };
}

export function executionRun(row: ExecutionRow, usage: Usage): ExecutionRun {
  const { total_tokens } = tokensView(usage);
  return { ...identity(row), ...progress(row), total_tokens, ...costView(usage), error_message: row.error_message };
}

export function executionStatus(row: ExecutionRow): ExecutionStatus {
  return {
    execution_id: row.execution_id,
    workflow_id: row.workflow_id,
    ...progress(row),
    current_phase: row.detail.phases.find(isCurrent)?.phaseId ?? null,
    error: row.error_message,
  };
}

type Operations = ReadonlyMap<string, readonly NumberedEvent[]>;

/** @param operations tool operations by session */
export function executionDetail(
  row: ExecutionRow,
  unsettled: ReadonlyMap<string, Usage>,
  operations: Operations,
): ExecutionDetail {
  const usage = totalOf(row, unsettled);
  const { detail } = row;
  return {
    ...identity(row),
    ...progress(row),
    asked: row.asked,
    reason: detail.reason ?? null,
    phases: detail.phases.map((phase) => phaseView(phase, usageOfPhase(phase, unsettled), operations)),
    ...totalTokensView(usage),
    ...costView(usage),
    cost_by_model: costByModel(usage),
    tool_call_count: usage.toolCalls,
    total_duration_seconds: secondsBetween(row.started_at, row.completed_at) ?? 0,
    artifact_ids: detail.phases.flatMap(({ artifactIds }) => artifactIds).slice(0, MAX_ARTIFACT_IDS),
    error_message: row.error_message,
    inputs: { ...detail.inputs },
    task: detail.task ?? null,
    repos: [...detail.repos],
  };
}

const phaseView = (phase: PhaseRow, usage: Usage, operations: Operations): ExecutionDetail['phases'][number] => ({
  phase_id: phase.phaseId,
  name: phase.name,
  status: phase.status,
  attempt: phase.attempt,
  agent_provider: phase.provider,
  session_id: phase.sessionId,
  artifact_id: phase.artifactIds[0] ?? null,
  ...tokensView(usage),
  duration_seconds: secondsBetween(phase.startedAt, phase.completedAt) ?? 0,
  cost_usd: usage.costUsd,
  cost_by_model: costByModel(usage),
  started_at: phase.startedAt,
  completed_at: phase.completedAt,
  error_message: phase.errorMessage,
  model: phase.model ?? mainModel(usage),
  operations: (operations.get(phase.sessionId ?? '') ?? []).map(operationView),
});

const operationView = ({ id, type, time, data }: NumberedEvent) => ({
  operation_id: id,
  operation_type: type,
  timestamp: time,
  tool_name: textOf(data['tool_name']),
  tool_use_id: textOf(data['tool_use_id']),
  success: data['success'] !== false && type !== 'tool_execution_failed',
});

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The model with the most output tokens, for phases without a configured model. */
const mainModel = ({ byModel }: Usage): string | null =>
  Object.entries(byModel).sort(([, one], [, other]) => other.outputTokens - one.outputTokens)[0]?.[0] ?? null;

const isCurrent = ({ status }: PhaseRow): boolean =>
  status === 'running' || status === 'paused' || status === 'queued' || status === 'waiting';
