import { z } from 'zod';
import { isTelemetryType, type TelemetryType } from '../catalogue';
import { factIds } from '../telemetry-event';
import type { EventWriter } from './event-writer';
import { beginningOf, isTooLarge, objectOf } from './storable-text';

const HookLine = z.looseObject({
  event_type: z.string().min(1).max(100),
  timestamp: z.string().optional().catch(undefined),
  context: z.record(z.string(), z.unknown()).optional().catch(undefined),
  metadata: z.record(z.string(), z.unknown()).nullish().catch(undefined),
});

/** What a hook inside the workspace reported: one JSON object with an `event_type`. */
export type HookEvent = Readonly<{
  type: string;
  timestamp: string | undefined;
  data: Readonly<Record<string, unknown>>;
  message: Readonly<Record<string, unknown>>;
}>;

/** Kinds that carry the account of a session. Only the stream itself can give it; a hook that claims to is kept as unknown. */
const NOT_FOR_HOOKS: ReadonlySet<string> = new Set<TelemetryType>([
  'agent_initialized',
  'token_usage',
  'session_summary',
  'leg_ended',
  'agent_output',
  'unknown',
]);

/** Fields of the envelope that say nothing about what happened. */
const ENVELOPE: ReadonlySet<string> = new Set(['event_type', 'session_id', 'provider', 'context', 'metadata']);

export function hookEventOf(message: unknown): HookEvent | undefined {
  const line = HookLine.safeParse(message).data;
  if (!line) return undefined;

  const { git, ...context } = line.context ?? {};
  const { commit_message: gitMessage, ...flat } = Object.fromEntries(
    Object.entries(line).filter(([field]) => !ENVELOPE.has(field)),
  );
  const data = {
    ...flat,
    ...(gitMessage === undefined ? {} : { message: gitMessage }),
    ...line.metadata,
    ...context,
    ...(git && typeof git === 'object' ? git : {}),
  };
  return { type: line.event_type, timestamp: line.timestamp, data, message: line };
}

/** Hook events among the lines of some texts, each distinct one once: hooks are often shown in more than one place. */
export function hookEventsIn(...texts: readonly string[]): HookEvent[] {
  const lines = texts.flatMap((text) => (text.includes('"event_type"') ? text.split('\n') : []));
  return [...new Set(lines.map((line) => line.trim()))].flatMap((line) => hookEventOf(objectOf(line)) ?? []);
}

export function writeHook(writer: EventWriter, { type, timestamp, data, message }: HookEvent): void {
  const text = JSON.stringify(message);
  if (isTooLarge(text)) {
    writer.write('unknown', { raw: null, text: beginningOf(text), truncated: true });
    return;
  }
  if (!isTelemetryType(type) || NOT_FOR_HOOKS.has(type)) {
    writer.write('unknown', { raw: message });
    return;
  }

  const { sessionId } = writer;
  const told = timestamp === undefined ? undefined : factIds.hook(sessionId, type, timestamp, JSON.stringify(data));
  const toolUseId = data['tool_use_id'];
  const fact = (typeof toolUseId === 'string' ? toolFact(sessionId, type, toolUseId) : undefined) ?? told;
  writer.writeTold(type, data, fact);
}

/** A hook and the stream tell the same start and the same end of a tool. */
function toolFact(sessionId: string, type: TelemetryType, toolUseId: string): string | undefined {
  if (type === 'tool_execution_started') return factIds.tool(sessionId, 'started', toolUseId);
  const ends = type === 'tool_execution_completed' || type === 'tool_execution_failed';
  return ends ? factIds.tool(sessionId, 'completed', toolUseId) : undefined;
}
