const PER_TOOL = 'lists have no breakdown by tool: the cost of one session or execution has it';
const NO_COMPUTE = 'the time of machines has no price';
const NO_ERROR = 'a request that was refused is answered with a problem document';
const RULE_PRESET = 'the rule is not of a preset';
const NO_ACTION = 'a registration is no action on a rule';

const because = (reason: string, operation: string, ...fields: readonly string[]): Record<string, string> =>
  Object.fromEntries(fields.map((field) => [`${operation} ${field}`, reason]));

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
  ...because('there are no milestones', 'GET /api/sessions/{session_id}', '.milestone_id'),
  ...because(
    'none of the agents has shown its thinking',
    'GET /api/sessions/{session_id}',
    '.operations[].thinking_content',
  ),
  ...because('a workspace is removed with its session', 'GET /api/sessions/{session_id}', '.workspace_path'),
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
