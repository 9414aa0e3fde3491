import { SignedUsd, Usd } from '@syntropic/kernel';
import { z } from 'zod';
import { RUNNER_TELEMETRY } from './catalogue.runner';

const count = z.number().int().nonnegative();
const text = z.string().optional();
const number = z.number().optional();

/** What a later account of the same thing changes: the difference is added up. */
const added = z.looseObject({
  input_tokens: z.int(),
  output_tokens: z.int(),
  cache_creation_tokens: z.int(),
  cache_read_tokens: z.int(),
  cost_usd: SignedUsd.nullable(),
});

const modelUsage = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  cache_creation_tokens: count,
  cache_read_tokens: count,
  cost_usd: Usd.nullable(),
});

/** The beginning of a longer text; the transcript has all of it. */
const said = z.looseObject({
  text: z.string(),
  truncated: z.literal(true).optional(),
  message_id: text,
  parent_tool_use_id: text,
});

const printed = z.object({
  text: z.string(),
  lines: count.optional(),
  truncated: z.literal(true).optional(),
  line: count.optional(),
});

/** The agent's own id of the conversation's entry with which this is told: a fork can go on from there. */
const entry_id = text;

const git = z.looseObject({ operation: text, sha: text, branch: text, repo: text });
const open = z.looseObject({});

/**
 * Every type of telemetry with the schema of its data, under the names of agents, hooks and exporters.
 * Schemas are tolerant, because foreign programs write the data: unknown fields are kept.
 */
export const TELEMETRY = {
  session_started: z.looseObject({ source: text, transcript_path: text, cwd: text }),
  session_completed: z.looseObject({ reason: text, duration_ms: number }),
  session_ended: open,
  session_error: open,
  /**
   * An account of a conversation up to a result. `model_usage` is the truth about its cost; it has sub-agents and background calls.
   * It is a running total: `added` is the part that no earlier account has.
   */
  session_summary: z.looseObject({
    leg: count,
    /** From 1 within its leg. */
    result_number: count.optional(),
    agent_session_id: text,
    /** False for an account that was not understood. */
    account_complete: z.boolean().optional(),
    added: z.record(z.string(), added).optional(),
    total_cost_usd: Usd.nullable(),
    total_input_tokens: count,
    total_output_tokens: count,
    cache_creation_tokens: count,
    cache_read_tokens: count,
    num_turns: count.optional(),
    duration_ms: count.optional(),
    model: text,
    model_usage: z.record(z.string(), modelUsage),
    is_error: z.boolean(),
    error: text,
    task_result: z.looseObject({ success: z.boolean(), comments: text }).optional(),
  }),
  session_cost_finalized: open,
  /** The agent's own session id resumes its conversation. */
  agent_initialized: z.looseObject({
    leg: count,
    agent_session_id: text,
    model: text,
    cwd: text,
    tools: z.array(z.string()).optional(),
    permission_mode: text,
    cli_version: text,
  }),
  /** An agent's answer in words. `is_final`: the answer of a result, when no message has given it before. */
  message_response: said.extend({ is_final: z.literal(true).optional(), entry_id }),
  thinking: said,
  agent_stopped: z.looseObject({ reason: text }),
  /** The end of a leg: only an interrupted one is included in the next account. */
  leg_ended: z.looseObject({
    leg: count,
    ended: z.enum(['exited', 'interrupted', 'killed']),
    duration_ms: count.optional(),
  }),
  phase_started: open,
  phase_completed: open,

  /** One model call. Output tokens on a stream are partial, so `cost_usd` is an estimate, at the price table. */
  token_usage: z.looseObject({
    leg: count.optional(),
    message_id: text,
    /** Results of its leg before this call: an account includes the calls before it. */
    results_before: count.optional(),
    /** Present when an earlier event has told less, or more, about the same call. */
    added: added.optional(),
    model: text,
    input_tokens: count,
    output_tokens: count,
    cache_creation_tokens: count,
    cache_read_tokens: count,
    cost_usd: Usd.nullable().optional(),
    price_table: text,
    parent_tool_use_id: text,
  }),
  ...RUNNER_TELEMETRY,
  cost_recorded: z.looseObject({ source: text, metric_name: text, value: number }),
  api_request: open,
  api_error: open,

  tool_execution_started: z.looseObject({
    tool_name: text,
    tool_use_id: z.string(),
    input_preview: text,
    parent_tool_use_id: text,
  }),
  tool_execution_completed: z.looseObject({
    tool_name: text,
    tool_use_id: z.string(),
    success: z.boolean(),
    duration_ms: number,
    output_preview: text,
    parent_tool_use_id: text,
    entry_id,
  }),
  tool_execution_failed: z.looseObject({ tool_name: text, tool_use_id: z.string(), error: text }),
  tool_blocked: z.looseObject({ tool_name: text, tool_use_id: text, reason: text, validator_name: text }),
  permission_requested: z.looseObject({ tool_name: text, permission_type: text }),
  security_decision: z.looseObject({ tool_name: text, tool_use_id: text, decision: text, reason: text }),

  subagent_started: z.looseObject({ agent_name: text, subagent_tool_use_id: text, subagent_id: text }),
  subagent_stopped: z.looseObject({
    agent_name: text,
    subagent_tool_use_id: text,
    subagent_id: text,
    duration_ms: number,
    success: z.boolean().optional(),
    tools_used: z.record(z.string(), count).optional(),
  }),
  /** Work in the background, as the agent announces it. */
  task_started: z.looseObject({ task_id: text, tool_use_id: text, task_type: text, description: text }),
  task_progress: z.looseObject({ task_id: text, tool_use_id: text, description: text }),
  task_updated: z.looseObject({ task_id: text }),
  task_notification: z.looseObject({ task_id: text, tool_use_id: text, status: text, summary: text }),
  background_tasks_changed: open,
  task_completed: z.looseObject({ task_id: text }),
  teammate_idle: z.looseObject({ teammate_id: text }),

  user_prompt_submitted: z.looseObject({ prompt_preview: text }),
  rate_limit_event: open,
  api_retry: open,
  permission_denied: z.looseObject({ tool_name: text, tool_use_id: text, message: text }),
  /** Another known message of an agent; `kind` is its own name. */
  agent_notice: z.looseObject({ kind: text }),
  system_notification: z.looseObject({ message: text, level: text }),
  notification_sent: open,
  context_compacted: z.looseObject({ before_tokens: number, after_tokens: number, reduction_percent: number }),
  pre_compact: open,
  error: open,

  git_commit: git.extend({ message: text, author: text, files_changed: number, insertions: number, deletions: number }),
  git_push: git.extend({ remote: text, commits_count: number, commit_range: text }),
  git_merge: git,
  git_rewrite: git,
  git_checkout: git.extend({ prev_branch: text }),
  git_branch_changed: z.looseObject({ from_branch: text, to_branch: text }),
  git_operation: git.extend({ details: text }),
  git_branch_created: git,
  git_branch_switched: git,
  git_merge_completed: git,
  git_commits_rewritten: git,
  git_push_started: git,
  git_push_completed: git,

  workspace_creating: open,
  workspace_created: open,
  workspace_command_executed: open,
  workspace_destroying: open,
  workspace_destroyed: open,
  workspace_error: open,

  otlp_log: z.looseObject({ severity: text, body: text, event_name: text }),
  otlp_session_count: open,
  otlp_commit_count: open,
  /** A data point: a sum over calls, or the state of something. */
  otlp_metric: z.looseObject({ metric_name: text, value: number, unit: text }),
  otlp_span: z.looseObject({ name: text, duration_ms: number, trace_id: text, span_id: text, parent_span_id: text }),

  /**
   * A line that is not a message, as it was printed; in a flood several `lines` that arrived together.
   * Of a truncated one the transcript has the rest, from its record `line` on.
   */
  agent_output: printed,
  /** The same of a command that prepares the workspace, before the agent starts. */
  setup_output: printed,
  /** A message of an unknown type, unchanged; one that is too large is cut into `text`. */
  unknown: z.object({ raw: z.unknown(), text, truncated: z.literal(true).optional() }),
} as const satisfies Record<string, z.ZodObject>;

export type TelemetryType = keyof typeof TELEMETRY;

export type TelemetryData<Type extends TelemetryType> = z.infer<(typeof TELEMETRY)[Type]>;

export const isTelemetryType = (type: string): type is TelemetryType => Object.hasOwn(TELEMETRY, type);
