import { SessionParser, type SpooledBatch, type TelemetryEvent } from '@syntropic/telemetry';
import type { Recording } from '@syntropic/telemetry/testing';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const Block = z.looseObject({
  type: z.string(),
  id: z.string().optional(),
  tool_use_id: z.string().optional(),
  name: z.string().optional(),
  is_error: z.boolean().optional(),
});
const Line = z.looseObject({
  type: z.string(),
  message: z.looseObject({ id: z.string().optional(), content: z.union([z.string(), z.array(Block)]) }).optional(),
});

/** A copy of a recorded session, as three sources tell of it. */
export class RecordedSession {
  readonly sessionId = randomUUID();
  readonly executionId = `exec-${randomUUID().slice(-12)}`;
  readonly batches: readonly SpooledBatch[];
  /** Bodies of `POST /hooks`. */
  readonly hooks: readonly string[];
  /** Bodies of `POST /v1/logs`. */
  readonly logs: readonly string[];
  readonly expected: Readonly<{ rows: number; parser: SessionParser }>;

  constructor(recording: Recording) {
    const { sessionId, executionId } = this;
    const now = new Date().toISOString();
    const parser = new SessionParser({ sessionId, executionId, phaseId: 'plan', startedAt: now }, 'claude-stream-json');
    const told = recording.lines.map(({ text, number }) => ({ number, events: parser.line(text, number, now) }));
    const last = recording.lines.length + 1;
    told.push({ number: last, events: parser.end('exited', now) });

    const blocks = recording.lines.flatMap(({ text }) => blocksOf(text));
    const calls = new Set(recording.lines.flatMap(({ text }) => Line.parse(JSON.parse(text)).message?.id ?? []));
    this.batches = told.map(({ number, events }) => this.#batch(number, events));
    this.hooks = blocks.map((block) => hookOf(sessionId, block));
    this.logs = [
      ...blocks.flatMap((block) => (block.tool_use_id === undefined ? [] : [toolLog(sessionId, block)])),
      ...[...calls].map((id) => logOf('claude_code.api_request', { 'session.id': sessionId, request_id: id })),
    ];
    // Of a tool call all sources tell the same, and the requests are rows of their own.
    this.expected = { rows: parser.events + calls.size, parser };
  }

  #batch(line: number, events: readonly TelemetryEvent[]): SpooledBatch {
    const { sessionId, executionId } = this;
    return { sessionId, executionId, lease: { sessionId, token: 1 }, firstLine: line, lastLine: line, events };
  }
}

function blocksOf(text: string) {
  const content = Line.parse(JSON.parse(text)).message?.content;
  return Array.isArray(content) ? content.filter(({ type }) => ['tool_use', 'tool_result'].includes(type)) : [];
}

function hookOf(session_id: string, { type, id, tool_use_id, name, is_error }: z.infer<typeof Block>): string {
  const moment = type === 'tool_use' ? 'PreToolUse' : is_error === true ? 'PostToolUseFailure' : 'PostToolUse';
  return JSON.stringify({
    session_id,
    hook_event_name: moment,
    tool_name: name,
    tool_use_id: id ?? tool_use_id,
    ...(moment === 'PostToolUseFailure' && { error: 'failed' }),
  });
}

const toolLog = (session: string, { tool_use_id = '', is_error }: z.infer<typeof Block>): string =>
  logOf('claude_code.tool_result', { 'session.id': session, tool_use_id, success: String(is_error !== true) });

function logOf(name: string, told: Readonly<Record<string, string>>): string {
  const attributes = Object.entries(told).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const record = { timeUnixNano: `${Date.now()}000000`, body: { stringValue: name }, attributes };
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
}
