import { derivedUuid, errorText, isStorable, redactSecrets } from '@syntropic/kernel';
import { z } from 'zod';
import { isTelemetryType, TELEMETRY, type TelemetryType } from '../catalogue';
import { RUNNER_TYPES } from '../catalogue.runner';
import { LARGEST_COUNT } from '../largest-count';
import { LARGEST_EVENT, startOf } from '../parser/storable-text';
import type { UnreadableEvent } from '../telemetry-batch';
import { factIds, type TelemetryEvent } from '../telemetry-event';

/** An observation of a session that a hook, an exporter or a client reports. */
export type ReportedFact = Readonly<{
  sessionId: string;
  type: string;
  /** ISO 8601. */
  time: string;
  data: Readonly<Record<string, unknown>>;
  /** Identifies the fact at its source, where its data has no id that all sources share. */
  key?: string;
  /** True for an account that is told beside a fact: where it is not believed, it is left out. */
  isAccountOnly?: true;
}>;

/** The place of a session in an execution of this platform. */
export type SessionPlace = Readonly<{ executionId: string; phaseId: string | null }>;

/** Types that the account of a session depends on. Of a session that this platform runs, its runner alone reports them. */
const ACCOUNTS: ReadonlySet<string> = new Set<TelemetryType>([
  'agent_initialized',
  'token_usage',
  'session_summary',
  'leg_ended',
]);

/** Types that runners alone record, of any session. */
const RUNNERS_ONLY: ReadonlySet<string> = new Set<TelemetryType>([
  'setup_output',
  'agent_output',
  'unknown',
  'leg_ended',
  ...RUNNER_TYPES,
]);

/** Facts with ids that would be forgotten before they could be reported again are not stored. */
const OLDEST_MS = 7 * 24 * 60 * 60 * 1_000 - 60_000;

const Session = z.string().min(1).max(200).refine(isStorable, 'has characters that cannot be stored');

/** The event of a fact, or the reason why it is none. A type that may not be reported is kept as unknown. */
export function eventOf(
  fact: ReportedFact,
  place: SessionPlace | undefined,
  now: number,
): TelemetryEvent | UnreadableEvent {
  const { sessionId, time, data } = fact;
  const type = isReportable(fact.type, place) ? fact.type : 'unknown';
  const id = reportedFactId(fact);
  const fault = faultOf(type, fact, now);
  if (fault !== undefined) {
    return { id, sessionId: sessionId.slice(0, 200), reason: errorText(fault), event: withoutSecrets(fact) };
  }

  const reported = type === 'unknown' ? { raw: { event_type: fact.type, ...data } } : data;
  const { value: content, written } = redacted(reported);
  const isCut = written.length > LARGEST_EVENT;
  return {
    id,
    type: isCut ? 'unknown' : type,
    time,
    sessionId,
    executionId: place?.executionId ?? null,
    phaseId: place?.phaseId ?? null,
    data: isCut ? { raw: null, text: startOf(written), truncated: true } : content,
  };
}

/** A value without credentials of known shapes: only what has some is made anew. */
export const withoutSecrets = <Value>(value: Value): Value => redacted(value).value;

/** The same with its JSON text. */
function redacted<Value>(value: Value): Readonly<{ value: Value; written: string }> {
  const written = JSON.stringify(value);
  const text = redactSecrets(written);
  // Redaction changes the content of strings alone.
  return text === written ? { value, written } : { value: JSON.parse(text) as Value, written: text };
}

export const isUnreadable = (event: TelemetryEvent | UnreadableEvent): event is UnreadableEvent => 'reason' in event;

/** False for an account of a session that the platform runs, which only repeats a part of another fact. */
export const isToBeKept = ({ isAccountOnly, type }: ReportedFact, place: SessionPlace | undefined): boolean =>
  !isAccountOnly || isReportable(type, place);

const isReportable = (type: string, place: SessionPlace | undefined): type is TelemetryType =>
  isTelemetryType(type) && !RUNNERS_ONLY.has(type) && !(place && ACCOUNTS.has(type));

function faultOf(type: string, { sessionId, time, data }: ReportedFact, now: number): string | undefined {
  const session = Session.safeParse(sessionId);
  if (!session.success) return `session_id: ${z.prettifyError(session.error)}`;
  const at = Date.parse(time);
  if (Number.isNaN(at)) return 'timestamp: is no time';
  if (at < now - OLDEST_MS) return 'timestamp: late, older than 7 days';
  if (type === 'unknown') return undefined;

  const count = COUNTS.find((name) => typeof data[name] === 'number' && data[name] > LARGEST_COUNT);
  if (count !== undefined) return `data.${count}: more than ${LARGEST_COUNT}`;
  const { error } = TELEMETRY[type as TelemetryType].safeParse(data);
  return error?.issues.map(({ path, message }) => `data.${path.join('.')}: ${message}`).join('; ');
}

/** Numbers that are added up. */
const COUNTS = [
  'input_tokens',
  'output_tokens',
  'cache_creation_tokens',
  'cache_read_tokens',
  'total_input_tokens',
  'total_output_tokens',
  'num_turns',
  'duration_ms',
  'leg',
] as const;

/** The text by which a runner keeps a fact in a spool. */
export const reportedFactText = (fact: ReportedFact): string => JSON.stringify(fact);

const Kept = z.object({
  sessionId: z.string(),
  type: z.string(),
  time: z.string(),
  data: z.record(z.string(), z.unknown()),
  key: z.string().optional(),
});

/** The fact in such a text, or in one from quarantine; undefined in any other. */
export function reportedFactIn(text: string): ReportedFact | undefined {
  try {
    // Absent keys stay absent.
    return Kept.safeParse(JSON.parse(text)).data as ReportedFact | undefined;
  } catch {
    return undefined;
  }
}

/** What is kept of a fact of a session that the platform runs: a type that is not to be reported, or does not match, as it came. */
export function reportedContent({ type, data }: ReportedFact): { type: TelemetryType; data: ReportedFact['data'] } {
  const isKept = isReportable(type, RUN_HERE) && TELEMETRY[type].safeParse(data).success;
  return isKept ? { type, data } : { type: 'unknown', data: { raw: { event_type: type, ...data } } };
}

/** Stands for the place of any session that the platform runs. */
const RUN_HERE: SessionPlace = { executionId: '', phaseId: null };

/** The id of a fact on every route: the ids of its data come first, then the key of its source, then all that it tells. */
export function reportedFactId({ sessionId, type, time, data, key }: ReportedFact): string {
  const shared = sharedFactId(sessionId, type, data);
  if (shared !== undefined) return shared;
  if (key !== undefined) return derivedUuid(REPORTED, sessionId, type, key);
  return factIds.hook(sessionId, type, time, JSON.stringify(data));
}

const REPORTED = '1c7d5a0e-3b9f-5c62-8d41-7e0f2a6b9c53';

/** The id of a fact whose data names it for all sources. */
export function sharedFactId(session: string, type: string, data: ReportedFact['data']): string | undefined {
  const named = (field: string, id: (value: string) => string) => {
    const value = data[field];
    return typeof value === 'string' && value !== '' ? id(value) : undefined;
  };
  switch (type) {
    case 'tool_execution_started':
      return named('tool_use_id', (id) => factIds.tool(session, 'started', id));
    case 'tool_execution_completed':
    case 'tool_execution_failed':
      return named('tool_use_id', (id) => factIds.tool(session, 'completed', id));
    case 'subagent_started':
      return named('subagent_tool_use_id', (id) => factIds.subagent(session, 'started', id));
    case 'subagent_stopped':
      return named('subagent_tool_use_id', (id) => factIds.subagent(session, 'stopped', id));
    case 'token_usage':
      return named('message_id', (id) => factIds.usage(session, id));
    case 'session_summary':
      return factIds.result(session, 1, 1);
    case 'user_prompt_submitted':
      return named('prompt_id', (id) => derivedUuid(REPORTED, session, type, id));
    default:
      return undefined;
  }
}
