import { nameText } from '@syntropic/kernel';
import { z } from 'zod';
import type { TelemetryType } from '../catalogue';
import { preview } from '../parser/storable-text';
import type { ReportedFact } from './reported-fact';
import { shownPrompt } from './shown';

/** The input of a hook, as Claude Code writes it to the hook's program or sends it over HTTP. */
const HookInput = z.looseObject({
  session_id: z.string().min(1).max(200),
  hook_event_name: z.string().min(1).max(100),
  agent_id: z.string().optional().catch(undefined),
});
type HookInput = z.infer<typeof HookInput>;

type Mapping = Readonly<{ type: TelemetryType; data: (input: HookInput) => Readonly<Record<string, unknown>> }>;

/** The fields of these names that the input has, short. */
const fields =
  (...names: readonly string[]) =>
  (input: HookInput): Readonly<Record<string, unknown>> =>
    Object.fromEntries(names.flatMap((name) => (input[name] === undefined ? [] : [[name, shortened(input[name])]])));

const shortened = (value: unknown): unknown =>
  typeof value === 'string' ? preview(value) : typeof value === 'object' ? preview(JSON.stringify(value)) : value;

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : typeof value === 'string' ? value : JSON.stringify(value);

const tool = fields('tool_name', 'tool_use_id', 'agent_id');

const previewOf = (name: string, value: unknown) => {
  const shown = textOf(value);
  return shown === undefined ? {} : { [name]: preview(shown) };
};

const agentOf = (input: HookInput) => ({
  ...(input.agent_id === undefined ? {} : { subagent_id: nameText(input.agent_id) }),
  ...(typeof input['agent_type'] === 'string' ? { agent_name: nameText(input['agent_type']) } : {}),
});

/** Each hook of Claude Code that has a type of its own. */
const CLAUDE_HOOKS = {
  SessionStart: {
    type: 'session_started',
    data: fields('source', 'transcript_path', 'cwd', 'permission_mode', 'model'),
  },
  SessionEnd: { type: 'session_completed', data: fields('reason', 'duration_ms') },
  UserPromptSubmit: {
    type: 'user_prompt_submitted',
    data: (input) => shownPrompt(textOf(input['prompt']), textOf(input['prompt_id'])),
  },
  PreToolUse: {
    type: 'tool_execution_started',
    data: (input) => ({ ...tool(input), ...previewOf('input_preview', input['tool_input'] ?? null) }),
  },
  PostToolUse: {
    type: 'tool_execution_completed',
    data: (input) => ({
      ...tool(input),
      success: true,
      ...fields('duration_ms')(input),
      ...previewOf('output_preview', input['tool_response']),
    }),
  },
  PostToolUseFailure: {
    type: 'tool_execution_failed',
    data: (input) => ({ ...tool(input), ...fields('error', 'is_interrupt', 'duration_ms')(input) }),
  },
  PermissionRequest: { type: 'permission_requested', data: fields('tool_name', 'tool_use_id', 'permission_type') },
  PermissionDenied: {
    type: 'permission_denied',
    data: (input) => ({ ...tool(input), ...previewOf('message', input['reason'] ?? input['message']) }),
  },
  Notification: {
    type: 'system_notification',
    data: (input) => ({ ...fields('message')(input), ...previewOf('level', input['notification_type']) }),
  },
  SubagentStart: { type: 'subagent_started', data: agentOf },
  SubagentStop: { type: 'subagent_stopped', data: (input) => ({ ...agentOf(input), ...fields('reason')(input) }) },
  Stop: { type: 'agent_stopped', data: fields('reason', 'stop_hook_active') },
  StopFailure: { type: 'session_error', data: fields('error', 'error_details') },
  TeammateIdle: {
    type: 'teammate_idle',
    data: (input) => ({ ...previewOf('teammate_id', input['teammate_name']), ...fields('team_name')(input) }),
  },
  TaskCreated: {
    type: 'task_started',
    data: (input) => ({ ...fields('task_id')(input), ...previewOf('description', input['task_subject']) }),
  },
  TaskCompleted: { type: 'task_completed', data: fields('task_id', 'task_subject') },
  PreCompact: { type: 'pre_compact', data: fields('trigger') },
  PostCompact: { type: 'context_compacted', data: fields('trigger', 'before_tokens', 'after_tokens') },
} as const satisfies Record<string, Mapping>;

/** The fact that a hook reports at a time; undefined for what is no input of a hook. A hook without a type is kept as unknown. */
export function claudeHookFact(input: unknown, time: string): ReportedFact | undefined {
  const { data: hook } = HookInput.safeParse(input);
  if (!hook) return undefined;

  const { session_id: sessionId, hook_event_name: name } = hook;
  const mapping = (CLAUDE_HOOKS as Readonly<Record<string, Mapping>>)[name];
  if (!mapping || !Object.hasOwn(CLAUDE_HOOKS, name)) {
    return { sessionId, time, type: `hook:${nameText(name)}`, data: fields(...Object.keys(hook).slice(0, 50))(hook) };
  }
  return { sessionId, time, type: mapping.type, data: { source: 'hook', ...mapping.data(hook) } };
}
