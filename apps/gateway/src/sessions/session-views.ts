import type { ListedSession, SessionRow } from '@syntropic/agent-sessions/read-model';
import type { Usage } from '@syntropic/kernel';
import { tokensView } from '@syntropic/live';
import { PRICE_TABLE_VERSION, type NumberedEvent } from '@syntropic/telemetry';
import { durationDisplay, modelDisplay, phaseDisplay, reposDisplay, tokensDisplay } from '../display/display';
import { secondsBetween } from '../display/duration';
import { costByModel, costShown, costView } from '../display/usage-fields';
import { cutMark } from '../reads/cut-mark';
import { sessionOperation } from './session-operation';
import type { OperationList, SessionDetail, SessionSummary } from './sessions.dto';

/** Values of a session's view that its row lacks. */
type Beside = Readonly<{ usage: Usage; workflowName: string | null }>;

export function sessionSummary(row: SessionRow | ListedSession, { usage, workflowName }: Beside): SessionSummary {
  const seconds = secondsBetween(row.started_at, row.completed_at);
  const tokens = tokensView(usage);
  const model = row.model ?? Object.keys(usage.byModel)[0] ?? null;
  return {
    id: row.session_id,
    workflow_id: row.workflow_id,
    workflow_name: workflowName,
    execution_id: row.execution_id,
    phase_id: row.phase_id,
    phase_display: phaseDisplay(row.phase_id),
    status: row.status,
    agent_provider: row.provider,
    agent_model: model,
    agent_model_display: modelDisplay(model),
    repos: [...row.detail.repos],
    repos_display: reposDisplay(row.detail.repos, 'repoCount' in row.detail ? row.detail.repoCount : undefined),
    ...tokens,
    total_tokens_display: tokensDisplay(tokens.total_tokens),
    ...costView(usage),
    ...costShown(usage),
    tool_call_count: usage.toolCalls,
    duration_seconds: seconds,
    duration_display: durationDisplay(seconds),
    started_at: row.started_at,
    completed_at: row.completed_at,
    ...cutMark(row),
  };
}

/** A page of a session's events, with the number of all. */
export type EventPage = Readonly<{ events: readonly NumberedEvent[]; total: number; next: number | null }>;

export const operationList = (sessionId: string, { events, total, next }: EventPage): OperationList => ({
  session_id: sessionId,
  operations: events.map(sessionOperation),
  total,
  next,
});

export function sessionDetail(row: SessionRow, beside: Beside, { events, total, next }: EventPage): SessionDetail {
  const { usage } = beside;
  const tokens = tokensView(usage);
  return {
    ...sessionSummary(row, beside),
    milestone_id: null,
    workspace_path: null,
    input_tokens_display: tokensDisplay(tokens.input_tokens),
    output_tokens_display: tokensDisplay(tokens.output_tokens),
    cache_creation_tokens_display: tokensDisplay(tokens.cache_creation_tokens),
    cache_read_tokens_display: tokensDisplay(tokens.cache_read_tokens),
    cost_by_model: costByModel(usage),
    failed_tool_count: usage.failedTools,
    subagent_count: usage.subagents,
    turn_count: usage.turns,
    operations: events.map(sessionOperation),
    operation_count: total,
    next_operations: next,
    error_message: row.error_message,
    metadata: {
      ...(row.detail.errorType === undefined ? {} : { error_type: row.detail.errorType }),
      price_table: PRICE_TABLE_VERSION,
    },
  };
}
