import { usdOf } from '@syntropic/kernel';
import { LARGEST_COUNT } from '../../largest-count';
import { preview } from '../../parser/storable-text';
import { pricedUsage } from '../collected-event';
import { shownPrompt } from '../shown';
import type { ReportedFact } from '../reported-fact';
import type { Attribute, Attributes, OtlpRecord } from './otlp-records';
import type { OtlpSignal } from './otlp-wire';

/** Attributes of a fact that is kept as it came, and the characters of each. */
const KEPT_ATTRIBUTES = 50;
const KEPT_CHARACTERS = 500;

/** The attributes that name a session, the most telling first. */
const SESSION_ATTRIBUTES = ['session.id', 'gen_ai.conversation.id', 'conversation.id'] as const;

/** The facts that a record reports: none when it names no session, for it is of no agent. */
export function factsOfRecord(signal: OtlpSignal, record: OtlpRecord): readonly ReportedFact[] {
  const sessionId = sessionOf(record);
  if (sessionId === undefined) return [];
  const time = isoOf(record.time);
  const told = TELLERS[signal](record);
  return told.map(({ at, ...fact }) => ({
    sessionId,
    time: at === undefined ? time : isoOf(at),
    key: keyOf(signal, record),
    ...fact,
  }));
}

export const NO_SESSION = `a record needs one of the attributes ${SESSION_ATTRIBUTES.join(', ')}`;

function sessionOf({ attributes, resource }: OtlpRecord): string | undefined {
  const named = SESSION_ATTRIBUTES.flatMap((name) => [attributes[name], resource[name]]);
  const found = named.find((value) => value !== undefined && value !== '');
  return found === undefined ? undefined : String(found);
}

/** The record at its source: an exporter that repeats it repeats all of this. */
const keyOf = (signal: OtlpSignal, { name, time, attributes, resource, scope, own }: OtlpRecord): string =>
  JSON.stringify([signal, sorted(resource), scope, name, String(time), sorted(attributes), sortedOwn(own)]);

const sorted = (attributes: Attributes) => Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1));
const sortedOwn = (own: OtlpRecord['own']) => Object.entries(own).map(([name, value]) => [name, String(value)]);

/** The time of nanoseconds since 1970; no time stays none. */
function isoOf(nanos: bigint): string {
  const ms = Number(nanos / 1_000_000n);
  return nanos > 0n && ms < 8.64e15 ? new Date(ms).toISOString() : 'none';
}

type Told = Pick<ReportedFact, 'type' | 'data' | 'isAccountOnly'> & Readonly<{ at?: bigint }>;

const TELLERS: Readonly<Record<OtlpSignal, (record: OtlpRecord) => readonly Told[]>> = {
  logs: toldByLog,
  metrics: toldByMetric,
  traces: toldBySpan,
};

/** The events of Claude Code by their names without its prefix. */
function toldByLog(record: OtlpRecord): readonly Told[] {
  const { attributes: told } = record;
  const name = record.name.replace(/^claude_code\./, '');
  const isClaude = record.name.startsWith('claude_code.') || record.scope.startsWith('com.anthropic.claude_code');
  switch (isClaude ? name : '') {
    case 'tool_result':
      // Older versions do not tell which call has ended: it would be counted beside that of other sources.
      return told['tool_use_id'] === undefined ? [asLog(record)] : [toolEnd(told)];
    case 'user_prompt':
      return [
        {
          type: 'user_prompt_submitted',
          data: { source: 'otlp', ...shownPrompt(textIn(told, 'prompt'), textIn(told, 'prompt.id')) },
        },
      ];
    case 'api_request':
      return [asTyped('api_request', record), modelCall(told, isoOf(record.time))];
    case 'api_error':
      return [asTyped('api_error', record)];
    default:
      return [asLog(record)];
  }
}

const toolEnd = (told: Attributes): Told => ({
  type: 'tool_execution_completed',
  data: {
    source: 'otlp',
    tool_name: textIn(told, 'tool_name') ?? textIn(told, 'name'),
    tool_use_id: String(told['tool_use_id']),
    success: String(told['success']) === 'true',
    ...numbersIn(told, ['duration_ms']),
    ...(told['error'] === undefined ? {} : { error: preview(String(told['error'])) }),
  },
});

/** One request is one call: the provider's id of it is that of no message. */
function modelCall(told: Attributes, time: string): Told {
  const usage = {
    source: 'otlp',
    message_id: textIn(told, 'request_id'),
    model: textIn(told, 'model'),
    input_tokens: countIn(told, 'input_tokens'),
    output_tokens: countIn(told, 'output_tokens'),
    cache_creation_tokens: countIn(told, 'cache_creation_tokens'),
    cache_read_tokens: countIn(told, 'cache_read_tokens'),
  };
  const cost = Number(told['cost_usd'] ?? NaN);
  const isCost = Number.isFinite(cost) && cost >= 0 && cost < 1e8;
  const priced = pricedUsage(usage, time);
  const data = isCost ? { ...priced, cost_usd: usdOf(cost) } : priced;
  return { type: 'token_usage', data, isAccountOnly: true };
}

const METRIC_TYPES: Readonly<Record<string, string>> = {
  'claude_code.cost.usage': 'cost_recorded',
  'claude_code.session.count': 'otlp_session_count',
  'claude_code.commit.count': 'otlp_commit_count',
};

/** Metrics are sums over many calls: none of them is a call. */
function toldByMetric({ name, attributes, own }: OtlpRecord): readonly Told[] {
  const type = Object.hasOwn(METRIC_TYPES, name) ? METRIC_TYPES[name] : undefined;
  const data = { source: 'otlp', metric_name: name, ...own, attributes: kept(attributes) };
  return [{ type: type ?? 'otlp_metric', data }];
}

/** Operations of the GenAI conventions that call a model for words. */
const CALLS: ReadonlySet<Attribute | undefined> = new Set(['chat', 'generate_content', 'text_completion']);

function toldBySpan(record: OtlpRecord): readonly Told[] {
  const operation = record.attributes['gen_ai.operation.name'];
  const isTool = operation === 'execute_tool' && record.attributes['gen_ai.tool.call.id'] !== undefined;
  return [
    ...(isTool ? toolOf(record) : []),
    ...(CALLS.has(operation) ? [callOf(record)] : []),
    ...(isTool ? [] : [asSpan(record)]),
  ];
}

function toolOf({ attributes: told, own }: OtlpRecord): readonly Told[] {
  const tool = {
    source: 'otlp',
    tool_name: textIn(told, 'gen_ai.tool.name'),
    tool_use_id: String(told['gen_ai.tool.call.id']),
  };
  const input = textIn(told, 'gen_ai.tool.call.arguments');
  const output = textIn(told, 'gen_ai.tool.call.result');
  const isFailed = own['is_error'] === true || told['error.type'] !== undefined;
  return [
    {
      type: 'tool_execution_started',
      data: { ...tool, ...(input !== undefined && { input_preview: preview(input) }) },
    },
    {
      type: 'tool_execution_completed',
      at: own['end'] as bigint,
      data: { ...tool, success: !isFailed, ...(output !== undefined && { output_preview: preview(output) }) },
    },
  ];
}

/** The counts of the conventions include the cached tokens in the input, and those of reasoning in the output. */
function callOf({ attributes: told, time }: OtlpRecord): Told {
  const [written, read] = ['creation', 'read'].map((kind) => countIn(told, `gen_ai.usage.cache_${kind}.input_tokens`));
  const usage = {
    source: 'otlp',
    message_id: textIn(told, 'gen_ai.response.id'),
    model: textIn(told, 'gen_ai.response.model') ?? textIn(told, 'gen_ai.request.model'),
    input_tokens: Math.max(0, countIn(told, 'gen_ai.usage.input_tokens') - (written ?? 0) - (read ?? 0)),
    output_tokens: countIn(told, 'gen_ai.usage.output_tokens'),
    cache_creation_tokens: written ?? 0,
    cache_read_tokens: read ?? 0,
  };
  return { type: 'token_usage', data: pricedUsage(usage, isoOf(time)), isAccountOnly: true };
}

const asSpan = ({ name, time, attributes, own }: OtlpRecord): Told => {
  const { end, ...others } = own;
  const ms = Number(((end as bigint) - time) / 1_000n) / 1_000;
  return {
    type: 'otlp_span',
    data: { name, duration_ms: Math.max(0, ms), ...others, attributes: kept(attributes) },
  };
};

const asLog = ({ name, attributes, own }: OtlpRecord): Told => ({
  type: 'otlp_log',
  data: { event_name: name, ...own, log_attrs: kept(attributes) },
});

const asTyped = (type: string, { attributes }: OtlpRecord): Told => ({
  type,
  data: { source: 'otlp', ...kept(attributes) },
});

const kept = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes)
      .slice(0, KEPT_ATTRIBUTES)
      .map(([name, value]) => [name, typeof value === 'string' ? preview(value, KEPT_CHARACTERS) : value]),
  );

const textIn = (told: Attributes, name: string): string | undefined => {
  const value = told[name];
  return value === undefined || value === '' ? undefined : String(value);
};

/** Counts are texts in the logs of some exporters. */
function countIn(told: Attributes, name: string): number {
  const count = Number(told[name] ?? 0);
  return Number.isInteger(count) && count >= 0 && count <= LARGEST_COUNT ? count : 0;
}

const numbersIn = (told: Attributes, names: readonly string[]) =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = Number(told[name] ?? NaN);
      return Number.isFinite(value) ? [[name, value]] : [];
    }),
  );
