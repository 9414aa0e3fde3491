import { z } from 'zod';
import type { Frame } from './event-stream';

const LONGEST_VALUE = 100;

/** The fields of a frame that are printed; an unlisted frame prints all its plain values. */
const PRINTED: Readonly<Record<string, readonly string[]>> = {
  snapshot: ['status', 'completed_phases', 'total_phases'],
  PhaseQueued: ['attempt'],
  PhaseStarted: ['attempt'],
  PhaseCompleted: [],
  SessionStarted: ['provider'],
  SessionCompleted: ['status'],
  WorkspaceCreated: ['backend', 'duration_ms'],
  WorkspaceTerminated: [],
  ArtifactCreated: ['path', 'size_bytes'],
  ExecutionCompleted: ['completed_phases', 'total_phases'],
  agent_output: ['text'],
  setup_output: ['text'],
  leg_ended: ['ended', 'duration_ms'],
  agent_initialized: ['model', 'cli_version', 'permission_mode'],
  agent_notice: ['kind', 'state'],
  model_call: ['model', 'status', 'input_tokens', 'output_tokens', 'cost_usd', 'duration_ms'],
  message_response: ['text'],
  token_usage: ['input_tokens', 'output_tokens'],
  tool_execution_started: ['tool_name', 'input_preview'],
  tool_execution_completed: ['tool_name', 'success', 'output_preview', 'duration_ms'],
  permission_denied: ['tool_name', 'message'],
  session_summary: ['num_turns', 'total_cost_usd', 'is_error'],
  tokens: ['total_tokens'],
  cost: ['total_cost_usd'],
};

const Data = z.record(z.string(), z.unknown());

/** A frame as one line: time of arrival, phase, event, fields. */
export function lineOf({ event, data }: Frame, at: Date): string {
  const values = Data.parse(JSON.parse(data));
  const names = PRINTED[event] ?? Object.keys(values).filter((name) => name !== 'phase_id');
  const details = names.flatMap((name) => {
    const text = plain(values[name]);
    return text === undefined ? [] : [name === 'text' ? text : `${name} ${text}`];
  });
  const phase = plain(values['phase_id']) ?? '';
  return `  ${at.toISOString().slice(11, 23)}  ${phase.padEnd(8)}  ${event.padEnd(20)}  ${details.join(', ')}`.trimEnd();
}

function plain(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  if (typeof value !== 'string') return undefined;
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}
