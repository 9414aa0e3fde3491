import { shortText } from '@syntropic/kernel';
import { spanIdOf, traceIdOf } from '@syntropic/observability';
import type { NumberedEvent, TelemetryType } from '@syntropic/telemetry';
import type { Span } from './span';

/** An ended session, from its events in the log. */
export type EndedSession = Readonly<{
  sessionId: string;
  executionId: string;
  provider: string;
  model?: string | undefined;
  status: string;
  error?: string | undefined;
  startedAt: string;
  endedAt: string;
}>;

/** The telemetry that becomes spans. */
export const TRACED: readonly TelemetryType[] = [
  'model_call',
  'token_usage',
  'tool_execution_started',
  'tool_execution_completed',
  'tool_execution_failed',
  'tool_blocked',
];

/** The most bytes of a text in a span. */
const TEXT_BYTES = 1_000;

/** The event with the beginnings of its texts, and without lists and objects, which spans do not show. */
export const withShortTexts = ({ data, ...event }: NumberedEvent): NumberedEvent => ({
  ...event,
  data: Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) => {
      if (typeof value === 'string') return [[name, shortText(value, TEXT_BYTES)]];
      return typeof value === 'object' ? [] : [[name, value]];
    }),
  ),
});

const TOOL_ENDS: ReadonlySet<string> = new Set(['tool_execution_completed', 'tool_execution_failed', 'tool_blocked']);

/** A session as the span of its agent, with a span for each call of a model and each tool. */
export function sessionSpans(session: EndedSession, telemetry: readonly NumberedEvent[]): readonly Span[] {
  const { sessionId, executionId, provider, model, status, error, startedAt, endedAt } = session;
  const agent: Span = {
    traceId: traceIdOf(executionId),
    spanId: spanIdOf('agent', sessionId),
    parentSpanId: spanIdOf('phase', sessionId),
    name: `invoke_agent ${provider}`,
    kind: 'internal',
    startedAt,
    endedAt,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': provider,
      'gen_ai.conversation.id': sessionId,
      'gen_ai.request.model': model,
      'syntropic.session.status': status,
    },
    error: status === 'failed' ? (error ?? 'failed') : undefined,
  };
  // The runner's own record of a call is the truth where there is one.
  const calls = telemetry.some(({ type }) => type === 'model_call') ? 'model_call' : 'token_usage';
  return [
    agent,
    ...telemetry.filter(({ type }) => type === calls).map((event) => callSpan(agent, event)),
    ...toolSpans(agent, telemetry),
  ];
}

/** A call of a model; its row is written when it has ended. */
function callSpan({ traceId, spanId }: Span, { id, time, data }: NumberedEvent): Span {
  const model = textIn(data, 'model');
  const status = numberIn(data, 'status');
  return {
    traceId,
    spanId: spanIdOf('call', id),
    parentSpanId: spanId,
    name: `chat ${model ?? 'unknown'}`,
    kind: 'client',
    startedAt: before(time, numberIn(data, 'duration_ms')),
    endedAt: time,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': textIn(data, 'upstream'),
      'gen_ai.request.model': model,
      'gen_ai.response.id': textIn(data, 'message_id'),
      // As the conventions have it, input tokens include those read from a cache and written to it.
      'gen_ai.usage.input_tokens': sumOf(data, 'input_tokens', 'cache_creation_tokens', 'cache_read_tokens'),
      'gen_ai.usage.output_tokens': numberIn(data, 'output_tokens'),
      'gen_ai.usage.cache_creation.input_tokens': numberIn(data, 'cache_creation_tokens'),
      'gen_ai.usage.cache_read.input_tokens': numberIn(data, 'cache_read_tokens'),
      'http.response.status_code': status,
      'syntropic.cost_usd': textIn(data, 'cost_usd'),
    },
    error: textIn(data, 'error') ?? (status !== undefined && status >= 400 ? `status ${status}` : undefined),
  };
}

/** A tool from its start to its end, below the tool that has called it. */
function toolSpans(agent: Span, telemetry: readonly NumberedEvent[]): readonly Span[] {
  const starts = new Map<string, NumberedEvent>();
  for (const event of telemetry) {
    const id = textIn(event.data, 'tool_use_id');
    if (event.type === 'tool_execution_started' && id !== undefined && !starts.has(id)) starts.set(id, event);
  }
  return telemetry.flatMap((end) => {
    const id = textIn(end.data, 'tool_use_id');
    return TOOL_ENDS.has(end.type) && id !== undefined ? [toolSpan(agent, id, end, starts.get(id))] : [];
  });
}

function toolSpan(agent: Span, id: string, end: NumberedEvent, start: NumberedEvent | undefined): Span {
  const of = (name: string) => textIn(end.data, name) ?? textIn(start?.data ?? {}, name);
  const [tool, parent] = [of('tool_name'), of('parent_tool_use_id')];
  const session = agent.attributes['gen_ai.conversation.id'];
  const isFailed = end.type !== 'tool_execution_completed';
  return {
    traceId: agent.traceId,
    spanId: spanIdOf('call', String(session), id),
    parentSpanId: parent === undefined ? agent.spanId : spanIdOf('call', String(session), parent),
    name: `execute_tool ${tool ?? 'unknown'}`,
    kind: 'internal',
    startedAt: start?.time ?? before(end.time, numberIn(end.data, 'duration_ms')),
    endedAt: end.time,
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': tool,
      'gen_ai.tool.call.id': id,
    },
    error: isFailed ? (of('error') ?? of('reason') ?? end.type) : undefined,
  };
}

type Data = NumberedEvent['data'];

function textIn(data: Data, name: string): string | undefined {
  const value = data[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberIn(data: Data, name: string): number | undefined {
  const value = data[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

const sumOf = (data: Data, ...names: readonly string[]): number =>
  names.reduce((sum, name) => sum + (numberIn(data, name) ?? 0), 0);

const before = (time: string, ms = 0): string => new Date(Date.parse(time) - Math.max(0, ms)).toISOString();
