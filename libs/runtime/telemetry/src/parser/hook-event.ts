import { z } from 'zod';
import { isTelemetryType, type TelemetryType } from '../catalogue';
import { RUNNER_TYPES } from '../catalogue.runner';
import { factIds } from '../telemetry-event';
import { sharedFactId } from '../ingest/reported-fact';
import type { EventWriter } from './event-writer';
import { startOf, isTooLarge, objectOf } from './storable-text';

const HookLine = z.looseObject({
  event_type: z.string().min(1).max(100),
  timestamp: z.string().optional().catch(undefined),
  context: z.record(z.string(), z.unknown()).optional().catch(undefined),
  metadata: z.record(z.string(), z.unknown()).nullish().catch(undefined),
});

/** A report of a hook inside the workspace: one JSON object with an `event_type`. */
export type HookEvent = Readonly<{
  type: string;
  timestamp: string | undefined;
  data: Readonly<Record<string, unknown>>;
  message: Readonly<Record<string, unknown>>;
}>;

/** Types that the account of a session depends on. Only the stream, or the runner, may report them; those of hooks are stored as unknown. */
const NOT_FOR_HOOKS: ReadonlySet<string> = new Set<TelemetryType>([
  'agent_initialized',
  'token_usage',
  'session_summary',
  'leg_ended',
  'setup_output',
  'agent_output',
  'unknown',
  ...RUNNER_TYPES,
]);

/** Envelope fields without information about the event. */
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

/** The distinct hook events among the lines of the texts: hooks often appear in several of them. */
export function hookEventsIn(...texts: readonly string[]): HookEvent[] {
  const lines = texts.flatMap((text) => (text.includes('"event_type"') ? text.split('\n') : []));
  return [...new Set(lines.map((line) => line.trim()))].flatMap((line) => hookEventOf(objectOf(line)) ?? []);
}

export function writeHook(writer: EventWriter, { type, timestamp, data, message }: HookEvent): void {
  const text = JSON.stringify(message);
  if (isTooLarge(text)) {
    writer.write('unknown', { raw: null, text: startOf(text), truncated: true });
    return;
  }
  if (!isTelemetryType(type) || NOT_FOR_HOOKS.has(type)) {
    writer.write('unknown', { raw: message });
    return;
  }

  const { sessionId } = writer;
  const hookFact = timestamp === undefined ? undefined : factIds.hook(sessionId, type, timestamp, JSON.stringify(data));
  writer.writeReported(type, data, sharedFactId(sessionId, type, data) ?? hookFact);
}
