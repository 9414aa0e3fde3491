import { nameText, usdOf } from '@syntropic/kernel';
import { z } from 'zod';
import { LARGEST_COUNT } from '../largest-count';
import { PRICE_TABLE_VERSION } from '../price-table';
import { costOf } from '../prices';
import type { ReportedFact } from './reported-fact';

/** Events of one request. */
export const MAX_EVENTS = 5_000;

/** US dollars of one session that are believed. */
const LARGEST_COST = 1e8;

const Name = z.string().min(1).max(200);

/** A batch of `POST /events`. Its events are read one by one: a faulty one refuses no other. */
export const CollectedBatch = z.object({
  agent_id: Name,
  batch_id: Name,
  events: z.array(z.unknown()).max(MAX_EVENTS),
});

const CollectedEvent = z.object({
  event_id: z.string().min(16).max(64),
  event_type: z.string().min(1).max(100),
  session_id: Name,
  /** Without an offset it is UTC. */
  timestamp: z.iso.datetime({ offset: true, local: true }),
  data: z.record(z.string(), z.unknown()).default({}),
});

/** A fault of one event in a request. */
export type EventFault = Readonly<{ field: string; message: string }>;

/** The fact that an event reports, or the faults of the event. */
export function collectedFact(event: unknown): ReportedFact | readonly EventFault[] {
  const read = CollectedEvent.safeParse(event);
  if (!read.success) return faultsIn(read.error);

  const { event_id: key, event_type: type, session_id: sessionId, timestamp, data } = read.data;
  const time = /(Z|[+-]\d\d:?\d\d)$/i.test(timestamp) ? timestamp : `${timestamp}Z`;
  const shaped = SHAPES.get(type)?.safeParse(data);
  if (!shaped) return { sessionId, type, time, key, data };
  if (!shaped.success) return faultsIn(shaped.error, 'data.');
  return { sessionId, type, time, key, data: type === 'token_usage' ? pricedUsage(shaped.data, time) : shaped.data };
}

const faultsIn = ({ issues }: z.ZodError, before = ''): readonly EventFault[] =>
  issues.map(({ path, message }) => ({ field: `${before}${path.join('.')}`, message }));

type Data = Readonly<Record<string, unknown>>;

const Count = z.number().int().nonnegative().max(LARGEST_COUNT);
const text = z.string().nullish();

/** A model call, under each of the names that clients give the same counts. */
const CollectedUsage = z
  .object({
    message_id: text,
    message_uuid: text,
    model: text,
    parent_tool_use_id: text,
    input_tokens: Count.default(0),
    output_tokens: Count.default(0),
    cache_creation_tokens: Count.optional(),
    cache_creation_input_tokens: Count.optional(),
    cache_read_tokens: Count.optional(),
    cache_read_input_tokens: Count.optional(),
  })
  .transform((usage) => ({
    input_tokens: usage.input_tokens,
    output_tokens: usage.output_tokens,
    cache_creation_tokens: usage.cache_creation_tokens ?? usage.cache_creation_input_tokens ?? 0,
    cache_read_tokens: usage.cache_read_tokens ?? usage.cache_read_input_tokens ?? 0,
    ...named({ message_id: usage.message_id ?? usage.message_uuid, model: usage.model }),
    ...named({ parent_tool_use_id: usage.parent_tool_use_id }),
  }));

/** A client's summary is the account of its session's only leg. */
const CollectedSummary = z
  .object({
    model: text,
    total_cost_usd: z.number().nonnegative().max(LARGEST_COST).nullish(),
    total_input_tokens: Count.default(0),
    total_output_tokens: Count.default(0),
    cache_creation_tokens: Count.default(0),
    cache_read_tokens: Count.default(0),
    num_turns: Count.nullish(),
    duration_ms: z.number().nonnegative().max(LARGEST_COUNT).nullish(),
    is_error: z.boolean().default(false),
    error: text,
  })
  .transform(({ model, num_turns, duration_ms, error, ...summary }) => {
    const cost = summary.total_cost_usd == null ? null : usdOf(summary.total_cost_usd);
    const account = {
      input_tokens: summary.total_input_tokens,
      output_tokens: summary.total_output_tokens,
      cache_creation_tokens: summary.cache_creation_tokens,
      cache_read_tokens: summary.cache_read_tokens,
      cost_usd: cost,
    };
    return {
      ...summary,
      ...named({ model, num_turns, error, duration_ms: duration_ms == null ? undefined : Math.round(duration_ms) }),
      leg: 1,
      result_number: 1,
      total_cost_usd: cost,
      model_usage: { [nameText(model ?? 'unknown')]: account },
    };
  });

/** The end of a tool, which names its error in older clients. */
const CollectedToolEnd = z.record(z.string(), z.unknown()).transform(({ error_message: error, ...data }): Data => ({
  success: error == null,
  ...data,
  ...named({ error }),
}));

/** The types that clients write in other shapes than the catalogue's. */
const SHAPES: ReadonlyMap<string, z.ZodType<Data>> = new Map<string, z.ZodType<Data>>([
  ['token_usage', CollectedUsage],
  ['session_summary', CollectedSummary],
  ['tool_execution_completed', CollectedToolEnd],
]);

/** Without the fields that are missing. */
const named = (fields: Data): Data =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

const countOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** A model call with its cost at the price table; `null` for an unknown model. */
export function pricedUsage(usage: Data, time: string): Data {
  const model = nameText(typeof usage['model'] === 'string' ? usage['model'] : 'unknown');
  const tokens = {
    inputTokens: countOf(usage['input_tokens']),
    outputTokens: countOf(usage['output_tokens']),
    cacheCreationTokens: countOf(usage['cache_creation_tokens']),
    cacheReadTokens: countOf(usage['cache_read_tokens']),
  };
  return { ...usage, model, cost_usd: costOf(model, tokens, time), price_table: PRICE_TABLE_VERSION };
}
