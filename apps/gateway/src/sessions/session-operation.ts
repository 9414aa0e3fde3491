import type { NumberedEvent } from '@syntropic/telemetry';
import { GitEventData, type SessionOperation } from './sessions.dto';

/** A telemetry event as an operation of its session. */
export function sessionOperation({ id, type, time, data }: NumberedEvent): SessionOperation {
  return {
    operation_id: id,
    operation_type: type,
    timestamp: time,
    duration_seconds: secondsOf(data['duration_ms']),
    success: data['success'] !== false && !UNSUCCESSFUL.has(type),
    ...tokensOf(type, data),
    tool_name: text(data['tool_name']),
    tool_use_id: text(data['tool_use_id']),
    tool_input: inputOf(data['input_preview']),
    tool_output: text(data['output_preview']) ?? text(data['error']) ?? text(data['reason']),
    ...messageOf(type, data),
    thinking_content: type === 'thinking' ? text(data['text']) : null,
    ...gitFieldsOf(type, data),
    transcript_line: count(data['line']),
  };
}

const UNSUCCESSFUL: ReadonlySet<string> = new Set(['tool_execution_failed', 'tool_blocked', 'session_error', 'error']);

type Data = NumberedEvent['data'];

const NO_TOKENS = { input_tokens: null, output_tokens: null, total_tokens: null };

function tokensOf(type: string, data: Data) {
  if (type !== 'token_usage' && type !== 'model_call') return NO_TOKENS;
  const [input, output, written, read] = [
    count(data['input_tokens']),
    count(data['output_tokens']),
    count(data['cache_creation_tokens']) ?? 0,
    count(data['cache_read_tokens']) ?? 0,
  ];
  return { input_tokens: input, output_tokens: output, total_tokens: (input ?? 0) + (output ?? 0) + written + read };
}

/** The tool input, of which telemetry keeps the beginning of its JSON. */
function inputOf(preview: unknown): Record<string, unknown> | null {
  if (typeof preview !== 'string') return null;
  try {
    const input = JSON.parse(preview) as unknown;
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  } catch {
    // Truncated JSON is shown as text.
  }
  return { preview };
}

function messageOf(type: string, data: Data) {
  if (type === 'agent_output' || type === 'message_response') {
    return { message_role: 'assistant', message_content: text(data['text']) };
  }
  if (type === 'setup_output') return { message_role: 'system', message_content: text(data['text']) };
  if (type === 'user_prompt_submitted') return { message_role: 'user', message_content: text(data['prompt_preview']) };
  return { message_role: null, message_content: null };
}

function gitFieldsOf(type: string, data: Data) {
  const git = type.startsWith('git_') ? gitOf(data) : null;
  const { sha = null, message = null, branch = null, repo = null } = git ?? {};
  return { git, git_sha: sha, git_message: message, git_branch: branch, git_repo: repo };
}

/** Null for an absent field, and for one of another type. */
const gitOf = (data: Data): GitEventData =>
  Object.fromEntries(
    Object.entries(GitEventData.shape).map(([name, schema]) => [name, schema.safeParse(data[name]).data ?? null]),
  ) as GitEventData;

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const count = (value: unknown): number | null => (Number.isInteger(value) ? Number(value) : null);
const secondsOf = (ms: unknown): number | null => (typeof ms === 'number' ? ms / 1_000 : null);
