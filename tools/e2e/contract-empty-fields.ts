/** The only execution on a repository of GitHub fails before its agent runs, because the repository cannot be cloned here. */
const NO_CLONE = 'no agent has run on a repository of GitHub';
const PER_TOOL = 'lists have no breakdown by tool: the cost of one session or execution has it';
const NO_COMPUTE = 'the time of machines has no price';
const NO_ERROR = 'a request that was refused is answered with a problem document';
const RULE_PRESET = 'the rule is not of a preset';
const NO_ACTION = 'a registration is no action on a rule';

const because = (reason: string, operation: string, ...fields: readonly string[]): Record<string, string> =>
  Object.fromEntries(fields.map((field) => [`${operation} ${field}`, reason]));

const account = ['.cost_by_model', '.total_cost_usd', '.total_input_tokens', '.total_output_tokens', '.total_tokens'];

/** The fields of the contract that every answer leaves empty after a run, each with its reason. */
export const EMPTY_FIELDS: Readonly<Record<string, string>> = {
  ...because(
    'the files of earlier phases are inputs of all files alike',
    'GET /api/artifacts/{artifact_id}',
    '.derived_from',
  ),
  ...because(PER_TOOL, 'GET /api/costs/executions', '[].cost_by_tool'),
  ...because(PER_TOOL, 'GET /api/costs/sessions', '[].cost_by_tool', '[].cost_by_tool_tokens', '[].tokens_by_tool'),
  ...because('lists name no sessions: the cost of one execution does', 'GET /api/costs/executions', '[].session_ids'),
  ...because(NO_COMPUTE, 'GET /api/costs/executions', '[].compute_cost_usd'),
  ...because(NO_COMPUTE, 'GET /api/costs/executions/{execution_id}', '.compute_cost_usd'),
  ...because(NO_COMPUTE, 'GET /api/costs/sessions', '[].compute_cost_usd'),
  ...because(NO_COMPUTE, 'GET /api/costs/sessions/{session_id}', '.compute_cost_usd'),
  ...because(NO_CLONE, 'GET /api/insights/overview', '.systems[].active_executions', '.systems[].total_cost_usd'),
  ...because('every repository is in a system', 'GET /api/insights/overview', '.unassigned_repos'),
  ...because(NO_CLONE, 'GET /api/repos/{repo_id}/cost', ...account),
  ...because(NO_CLONE, 'GET /api/repos/{repo_id}/failures', '.failures[].conversation_tail'),
  ...because(
    NO_CLONE,
    'GET /api/repos/{repo_id}/health',
    ...['.recent_cost_usd', '.success_rate', '.successful_executions', '.window_tokens'],
  ),
  ...because(NO_CLONE, 'GET /api/repos/{repo_id}/sessions', '.sessions[].total_cost_usd', '.sessions[].total_tokens'),
  ...because('there are no milestones', 'GET /api/sessions/{session_id}', '.milestone_id'),
  ...because(
    'none of the agents has shown its thinking',
    'GET /api/sessions/{session_id}',
    '.operations[].thinking_content',
  ),
  ...because('a workspace is removed with its session', 'GET /api/sessions/{session_id}', '.workspace_path'),
  ...because(NO_CLONE, 'GET /api/systems/{system_id}/cost', ...account),
  ...because(NO_CLONE, 'GET /api/systems/{system_id}/patterns', '.cost_outliers'),
  ...because(
    'the one repository is failing',
    'GET /api/systems/{system_id}/status',
    '.degraded_repos',
    '.healthy_repos',
  ),
  ...because(
    NO_CLONE,
    'GET /api/systems/{system_id}/status',
    ...['.repos[].active_executions', '.repos[].success_rate'],
  ),
  ...because(NO_CLONE, 'GET /api/triggers/{trigger_id}/history', '.entries[].cost_usd'),
  ...because('what runs has not ended', 'GET /api/workflows/executions/active', '[].completed_at', '[].error'),
  ...because('its first phase runs', 'GET /api/workflows/executions/active', '[].completed_phases'),
  ...because(
    'each has one repository at most, which is `repository_url`',
    'GET /api/workflows/{workflow_id}',
    '.repos',
  ),
  ...because(RULE_PRESET, 'PATCH /api/triggers/{trigger_id}', '.preset'),
  ...because(RULE_PRESET, 'POST /api/triggers', '.preset'),
  ...because(NO_ACTION, 'POST /api/triggers', '.action'),
  ...because(NO_ACTION, 'POST /api/triggers/presets/{preset_name}', '.action'),
  ...because(NO_ERROR, 'POST /api/executions/{execution_id}/cancel', '.error'),
  ...because(NO_ERROR, 'POST /api/executions/{execution_id}/inject', '.error'),
  ...because(NO_ERROR, 'POST /api/executions/{execution_id}/pause', '.error'),
  ...because(NO_ERROR, 'POST /api/executions/{execution_id}/resume', '.error'),
};
