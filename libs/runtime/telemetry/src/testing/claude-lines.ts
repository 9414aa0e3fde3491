import { SessionParser, type AgentOutput } from '../parser/session-parser';
import type { TelemetryEvent } from '../telemetry-event';

export const HAIKU = 'claude-haiku-4-5-20251001';
export const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

/** Feeds lines one second apart. */
export function session(output: AgentOutput = 'claude-stream-json') {
  const parser = new SessionParser(
    { sessionId: 'a-session', executionId: 'exec-1', phaseId: 'plan', startedAt: at(0) },
    output,
  );
  let number = 0;
  const read = (...lines: (object | string)[]): TelemetryEvent[] =>
    lines.flatMap((line) => parser.line(typeof line === 'string' ? line : JSON.stringify(line), ++number, at(number)));
  return { parser, read, now: () => at(number) };
}

export const usage = {
  input_tokens: 1000,
  output_tokens: 10,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 0,
};
export const answer = (
  id: string,
  block: object,
  { model = HAIKU, parent = null, used = usage }: { model?: string; parent?: string | null; used?: object } = {},
) => ({
  type: 'assistant',
  message: { id, model, content: [block], usage: used },
  parent_tool_use_id: parent,
});
export const tool = (id: string, name = 'Bash', input: object = {}) => ({ type: 'tool_use', id, name, input });
export const toolResult = (id: string, content: unknown = 'done', isError = false) => ({
  type: 'user',
  message: { content: [{ type: 'tool_result', tool_use_id: id, content, is_error: isError }] },
});
export const result = (costUSD: number, text = 'done', extra: object = {}) => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: text,
  total_cost_usd: costUSD,
  num_turns: 2,
  duration_ms: 1234,
  modelUsage: {
    [HAIKU]: { inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 3, cacheCreationInputTokens: 4, costUSD },
  },
  ...extra,
});
