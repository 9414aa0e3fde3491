import { addBoundedUsd, OTHER_MODELS, SessionId, tokensOf, type Usage, type Usd } from '@syntropic/kernel';
import { tokensView } from '@syntropic/live';
import { hasEnded, type ExecutionRow } from '@syntropic/orchestration/read-model';
import { workspaceIdOf } from '@syntropic/orchestration/contracts';
import type { SessionRow } from '@syntropic/agent-sessions/read-model';
import { costByModel, costView } from '../display/usage-fields';
import type { ExecutionCost, SessionCost } from './costs.dto';

type ToolShares = readonly Readonly<{ tool: string; costUsd: Usd; tokens: number }>[];

/** The models of an item of a list; the others are together as `other`. */
const LISTED_MODELS = 10;

export type CostedSession = Readonly<
  Pick<
    SessionRow,
    'session_id' | 'execution_id' | 'workflow_id' | 'phase_id' | 'status' | 'started_at' | 'completed_at'
  >
>;

export type CostedExecution = Readonly<
  Pick<ExecutionRow, 'execution_id' | 'workflow_id' | 'status' | 'started_at' | 'completed_at'>
>;

/** `all` or `listed`: how many models are shown. Without a breakdown none is. */
export type Breakdown = 'none' | 'listed' | 'all';

const spent = (usage: Usage, shown: Breakdown, tools: ToolShares) => {
  const cost = costView(usage);
  return {
    ...cost,
    token_cost_usd: cost.total_cost_usd,
    compute_cost_usd: '0',
    ...tokensView(usage),
    tool_calls: usage.toolCalls,
    turns: usage.turns,
    duration_ms: usage.durationMs,
    cost_by_model: modelsShown(usage, shown),
    cost_by_tool: costByTool(tools),
  };
};

export const sessionCost = (
  session: CostedSession,
  usage: Usage,
  { shown, tools = [] }: Readonly<{ shown: Breakdown; tools?: ToolShares }>,
): SessionCost => ({
  session_id: session.session_id,
  execution_id: session.execution_id,
  workflow_id: session.workflow_id,
  phase_id: session.phase_id,
  workspace_id: firstWorkspaceOf(session.session_id),
  ...spent(usage, shown, tools),
  tokens_by_tool: Object.fromEntries(tools.map(({ tool, tokens }) => [tool, tokens])),
  cost_by_tool_tokens: costByTool(tools),
  is_finalized: session.status !== 'running' && costView(usage).cost_complete,
  started_at: session.started_at,
  completed_at: session.completed_at,
});

/** Null for an id of another form. */
function firstWorkspaceOf(sessionId: string): string | null {
  const { data } = SessionId.safeParse(sessionId);
  return data === undefined ? null : workspaceIdOf(data, 1);
}

export type CostedSessions = Readonly<{ count: number; ids: readonly string[]; byPhase: ReadonlyMap<string, Usd> }>;

export const executionCost = (
  execution: CostedExecution,
  usage: Usage,
  { shown, tools = [], sessions }: Readonly<{ shown: Breakdown; tools?: ToolShares; sessions: CostedSessions }>,
): ExecutionCost => ({
  execution_id: execution.execution_id,
  workflow_id: execution.workflow_id,
  session_count: sessions.count,
  session_ids: [...sessions.ids],
  ...spent(usage, shown, tools),
  cost_by_phase: shown === 'none' ? {} : Object.fromEntries(sessions.byPhase),
  is_complete: hasEnded(execution) && costView(usage).cost_complete,
  started_at: execution.started_at,
  completed_at: execution.completed_at,
});

const costByTool = (tools: ToolShares) => Object.fromEntries(tools.map(({ tool, costUsd }) => [tool, costUsd]));

function modelsShown(usage: Usage, shown: Breakdown): Record<string, Usd> {
  if (shown === 'none') return {};
  const { [OTHER_MODELS]: other = '0', ...costs } = costByModel(usage);
  const named = Object.entries(costs);
  if (shown === 'all' || named.length < LISTED_MODELS) return costByModel(usage);

  const costliest = named.sort(([, one], [, another]) => Number(another) - Number(one));
  const others = costliest.slice(LISTED_MODELS - 1).map(([, cost]) => cost);
  return {
    ...Object.fromEntries(costliest.slice(0, LISTED_MODELS - 1)),
    [OTHER_MODELS]: others.reduce(addBoundedUsd, other),
  };
}

/** Model, cost and tokens of the costliest models. */
export const topModels = ({ byModel }: Usage, most: number) =>
  Object.entries(byModel)
    .map(([model, used]) => ({
      model,
      total_cost_usd: used.costUsd,
      total_tokens: tokensOf({ byModel: { [model]: used } }).totalTokens,
    }))
    .sort((one, other) => Number(other.total_cost_usd) - Number(one.total_cost_usd))
    .slice(0, most);
