import type { TelemetryType } from '../catalogue';

/** Messages of newer agents that are shown as they came, by `type` or `type/subtype`. */
const NOTICES: ReadonlyMap<string, TelemetryType> = new Map<string, TelemetryType>([
  ['rate_limit_event', 'rate_limit_event'],
  ['system/task_started', 'task_started'],
  ['system/task_progress', 'task_progress'],
  ['system/task_updated', 'task_updated'],
  ['system/task_notification', 'task_notification'],
  ['system/background_tasks_changed', 'background_tasks_changed'],
  ['system/api_retry', 'api_retry'],
  ['system/permission_denied', 'permission_denied'],
  ...[
    'active_goal',
    'attachment',
    'auth_status',
    'command_lifecycle',
    'control_cancel_request',
    'control_request',
    'control_response',
    'conversation_reset',
    'keep_alive',
    'prompt_suggestion',
    'tool_progress',
    'tool_use_summary',
    'system/commands_changed',
    'system/control_request_progress',
    'system/elicitation_complete',
    'system/files_persisted',
    'system/hook_progress',
    'system/hook_response',
    'system/hook_started',
    'system/informational',
    'system/local_command_output',
    'system/memory_recall',
    'system/mirror_error',
    'system/model_refusal_fallback',
    'system/model_refusal_no_fallback',
    'system/notification',
    'system/plugin_install',
    'system/session_state_changed',
    'system/session_writes_lost',
    'system/status',
    'system/thinking_tokens',
    'system/ui_invalidate',
    'system/worker_shutting_down',
  ].map((kind) => [kind, 'agent_notice'] as const),
]);

export type Notice = Readonly<{ type: TelemetryType; data: Readonly<Record<string, unknown>> }>;

/** The data without the fields that each message has. */
export function noticeOf(message: Readonly<Record<string, unknown>>): Notice | undefined {
  const { type: kind, subtype, uuid, session_id, ...fields } = message;
  const name = typeof subtype === 'string' ? `${String(kind)}/${subtype}` : String(kind);
  const type = NOTICES.get(name) ?? NOTICES.get(String(kind));
  return type && { type, data: type === 'agent_notice' ? { kind: name, ...fields } : fields };
}
