import { jsonBytes, OTHER_MODELS, shortText, usageOfModels, type Usage } from '@syntropic/kernel';
import { tokensView, totalTokensView } from '@syntropic/live';
import { MAX_ARTIFACT_IDS } from '@syntropic/orchestration/contracts';
import type { ExecutionRow, ListedExecution, ListedMessage, PhaseRow } from '@syntropic/orchestration/read-model';
import type { NumberedEvent } from '@syntropic/telemetry';
import { durationDisplay, reposDisplay, tokensDisplay } from '../display/display';
import { secondsBetween } from '../display/duration';
import { costByModel, costShown, costView } from '../display/usage-fields';
import { cutMark } from '../reads/cut-mark';
import type {
  ExecutionDetail,
  ExecutionRun,
  ExecutionState,
  ExecutionStatus,
  ExecutionSummary,
} from './executions.dto';
import { budgetView, type BudgetLimits } from './budget-view';
import { controlView } from './control-view';
import { messageBeginning } from './message-view';
import { totalOf, usageOfPhase } from './usage-now';

type Shown = Omit<ExecutionRow, 'detail'>;

const identity = (row: Shown) => ({
  workflow_execution_id: row.execution_id,
  workflow_id: row.workflow_id,
  workflow_name: row.workflow_name,
});

const progress = (row: Shown) => ({
  status: row.status,
  started_at: row.started_at,
  completed_at: row.completed_at,
  completed_phases: row.completed_phases,
  total_phases: row.total_phases,
});

/** The rerun's source, and the sums of what it has taken over. */
const takenOver = (row: Shown) => ({
  rerun_of: row.rerun_of,
  taken_over_phases: row.taken_over_phases,
  taken_over_tokens: row.taken_over_tokens,
  taken_over_cost_usd: row.taken_over_cost_usd,
  taken_over_cost_complete: row.taken_over_cost_complete && row.taken_over_cost_usd !== null,
});

/** The session that a fork goes on with. Its use until there is beside that of the fork, which does not include it. */
const forkView = ({ detail: { forkOf } }: ExecutionRow) =>
  forkOf
    ? {
        execution_id: forkOf.executionId,
        phase_id: forkOf.phaseId,
        session_id: forkOf.sessionId,
        entry_id: forkOf.entryId ?? null,
        ...usedElsewhere(forkOf.used),
      }
    : null;

const retries = ({ detail }: ExecutionRow) => ({
  retry_at: detail.retryAt ?? null,
  automatic_retries: detail.automaticRetries,
});

/** Fields that do not apply to the execution are absent. */
export const executionState = (row: ExecutionRow): ExecutionState => ({
  execution_id: row.execution_id,
  state: row.status,
  ...((row.rerun_of !== null || row.taken_over_phases > 0) && takenOver(row)),
  ...(row.detail.forkOf && { fork_of: forkView(row) }),
  ...((row.detail.retryAt !== undefined || row.detail.automaticRetries > 0) && retries(row)),
  ...(row.detail.controls.length > 0 && { controls: row.detail.controls.map(controlView) }),
});

export function executionSummary(row: ListedExecution, usage: Usage): ExecutionSummary {
  const seconds = secondsBetween(row.started_at, row.completed_at);
  const tokens = totalTokensView(usage);
  return {
    ...identity(row),
    ...progress(row),
    ...takenOver(row),
    ...tokens,
    total_tokens_display: tokensDisplay(tokens.total_tokens),
    ...costView(usage),
    ...costShown(usage),
    duration_seconds: seconds,
    duration_display: durationDisplay(seconds),
    tool_call_count: usage.toolCalls,
    error_message: row.error_message,
    repos: [...row.detail.repos],
    repos_display: reposDisplay(row.detail.repos, row.detail.repoCount),
    ...cutMark(row),
  };
}

export function executionRun(row: ListedExecution, usage: Usage): ExecutionRun {
  const { total_tokens } = tokensView(usage);
  const { error_message } = row;
  return { ...identity(row), ...progress(row), total_tokens, ...costView(usage), error_message, ...cutMark(row) };
}

export function executionStatus(row: ExecutionRow | ListedExecution): ExecutionStatus {
  return {
    execution_id: row.execution_id,
    workflow_id: row.workflow_id,
    ...progress(row),
    current_phase: row.detail.phases.find(isCurrent)?.phaseId ?? null,
    error: row.error_message,
    ...cutMark(row),
  };
}

type Operations = ReadonlyMap<string, readonly NumberedEvent[]>;

/** The facts of a detail beside its row. `unsettled`: usage by session, from telemetry. `operations`: of tools, by session. */
type DetailFacts = Readonly<{
  unsettled: ReadonlyMap<string, Usage>;
  operations: Operations;
  /** Newest first. */
  reruns: readonly string[];
  /** The present amounts of its budget. */
  budget: BudgetLimits;
  /** Newest first. */
  messages: readonly ListedMessage[];
  /** The moment that is shown, in milliseconds, where it is not now: what lasted then has lasted until there. */
  at?: number;
}>;

export function executionDetail(
  row: ExecutionRow,
  { unsettled, operations, reruns, budget, messages, at }: DetailFacts,
): ExecutionDetail {
  const usage = totalOf(row, unsettled);
  const { detail } = row;
  return {
    ...identity(row),
    ...progress(row),
    ...takenOver(row),
    ...retries(row),
    fork_of: forkView(row),
    reruns: [...reruns],
    asked: row.asked,
    reason: detail.reason ?? null,
    controls: detail.controls.map(controlView),
    messages: messages.map(messageBeginning),
    message_count: detail.messages,
    budget: budgetView(row, budget),
    phases: detail.phases.map((phase) =>
      phaseWithin(PHASES_BYTES / detail.phases.length, phaseView(phase, usageOfPhase(phase, unsettled), at), {
        operations: operations.get(phase.sessionId ?? '') ?? [],
        bytes: OPERATIONS_BYTES / detail.phases.length,
      }),
    ),
    ...totalTokensView(usage),
    ...costView(usage),
    cost_by_model: costByModel(usage),
    tool_call_count: usage.toolCalls,
    total_duration_seconds: secondsBetween(row.started_at, row.completed_at, at) ?? 0,
    artifact_ids: detail.phases.flatMap(({ artifactIds }) => artifactIds).slice(0, MAX_ARTIFACT_IDS),
    error_message: row.error_message,
    inputs: { ...detail.inputs },
    task: detail.task ?? null,
    repos: [...detail.repos],
  };
}

/** Phases have equal shares of an answer of 4 MiB; inputs and task of older builds may have 2 MiB of it. */
const PHASES_BYTES = 1024 * 1024;
const OPERATIONS_BYTES = 640 * 1024;
const SHOWN_MODELS = 10;
const SHOWN_ERROR_BYTES = 500;

type PhaseView = ExecutionDetail['phases'][number];

/** The phase with the first operations that its share has room for. The detail of its session has everything. */
function phaseWithin(
  share: number,
  phase: PhaseView,
  { operations, bytes }: Readonly<{ operations: readonly NumberedEvent[]; bytes: number }>,
): PhaseView {
  const shown: PhaseView['operations'] = [];
  let left = bytes;
  for (const operation of operations.map(operationView)) {
    left -= jsonBytes(operation);
    if (left < 0) break;
    shown.push(operation);
  }
  const isLarge = jsonBytes(phase) > share;
  return {
    ...phase,
    ...(isLarge && {
      cost_by_model: Object.fromEntries(Object.entries(phase.cost_by_model).slice(0, SHOWN_MODELS)),
      error_message: phase.error_message && shortText(phase.error_message, SHOWN_ERROR_BYTES),
    }),
    operations: shown,
    ...((isLarge || shown.length < operations.length) && { truncated: true as const }),
  };
}

const takenOverPhase = ({ executionId, used }: NonNullable<PhaseRow['takenOver']>) => ({
  execution_id: executionId,
  ...usedElsewhere(used),
});

function usedElsewhere(used: NonNullable<PhaseRow['takenOver']>['used']) {
  const usage = usageOfModels({ [OTHER_MODELS]: used });
  return {
    ...tokensView(usage),
    cost_usd: usage.costUsd,
    cost_complete: used.costComplete && usage.costComplete,
  };
}

const phaseView = (phase: PhaseRow, usage: Usage, at?: number): PhaseView => ({
  phase_id: phase.phaseId,
  name: phase.name,
  status: phase.status,
  attempt: phase.attempt,
  agent_provider: phase.provider,
  session_id: phase.sessionId,
  artifact_id: phase.artifactIds[0] ?? phase.takenOver?.artifactId ?? null,
  taken_over: phase.takenOver ? takenOverPhase(phase.takenOver) : null,
  ...tokensView(usage),
  duration_seconds: secondsBetween(phase.startedAt, phase.completedAt, at) ?? 0,
  cost_usd: usage.costUsd,
  cost_by_model: costByModel(usage),
  started_at: phase.startedAt,
  completed_at: phase.completedAt,
  error_message: phase.errorMessage,
  model: phase.model ?? mainModel(usage),
  operations: [],
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

const isCurrent = ({ status }: Pick<PhaseRow, 'status'>): boolean =>
  status === 'running' || status === 'paused' || status === 'queued' || status === 'waiting';
