import { nameText } from '@syntropic/kernel';
import { z } from 'zod';
import { LARGEST_COUNT } from '../largest-count';
import { startOf } from './storable-text';

const NOT_UNDERSTOOD = -1;

const count = z
  .int()
  .nonnegative()
  .max(LARGEST_COUNT)
  .nullish()
  .transform((value) => value ?? 0)
  .catch(NOT_UNDERSTOOD);

/** Counts that were not understood become 0, and mark all of them. */
function countsOf<Name extends string>(counts: Readonly<Record<Name, number>>) {
  const entries = Object.entries<number>(counts);
  const read = Object.fromEntries(entries.map(([name, value]) => [name, Math.max(value, 0)])) as Record<Name, number>;
  return { ...read, isUnderstood: entries.every(([, value]) => value !== NOT_UNDERSTOOD) };
}

const text = z.string().optional().catch(undefined);
/** Names and ids are cut where they are read: rows, facts and accounts have the same ones. */
const name = z.string().transform(nameText);
const optionalName = name.optional().catch(undefined);
/** Higher amounts are ignored as errors. */
const dollars = z.number().nonnegative().max(1e6).optional().catch(undefined);
const parent = name.nullish().catch(null);

const CacheWrites = z
  .object({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count })
  .nullish()
  .transform((writes) => writes ?? { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 });

/** Tools that the provider has run for the answer. */
const ServerTools = z
  .object({ web_search_requests: count })
  .nullish()
  .transform((tools) => tools ?? { web_search_requests: 0 })
  .catch({ web_search_requests: NOT_UNDERSTOOD });

const TokenUsage = z
  .object({
    input_tokens: count,
    output_tokens: count,
    cache_creation_input_tokens: count,
    cache_read_input_tokens: count,
    server_tool_use: ServerTools,
    cache_creation: CacheWrites.catch({ ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: NOT_UNDERSTOOD }),
  })
  .transform(({ cache_creation: { ephemeral_1h_input_tokens }, server_tool_use, ...counts }) =>
    countsOf({ ...counts, ...server_tool_use, cache_creation_1h_input_tokens: ephemeral_1h_input_tokens }),
  );
export type TokenUsage = z.infer<typeof TokenUsage>;

const ToolUse = z.object({
  type: z.literal('tool_use'),
  id: name,
  name,
  input: z.unknown().optional(),
});
export type ToolUse = z.infer<typeof ToolUse>;

const ToolResult = z.object({
  type: z.literal('tool_result'),
  tool_use_id: name,
  content: z.unknown().optional(),
  is_error: z.boolean().nullish().catch(null),
});
export type ToolResult = z.infer<typeof ToolResult>;

const Text = z.object({ type: z.literal('text'), text: z.string() });
const Thinking = z.object({ type: z.literal('thinking'), thinking: z.string() });

const OtherBlock = z.looseObject({}).transform(() => ({ type: 'other' as const }));

/** One content block of a model's answer: several blocks are several lines with the same message id and usage. */
const Assistant = z.object({
  type: z.literal('assistant'),
  message: z.object({
    id: name,
    model: name,
    content: z.array(z.union([ToolUse, Text, Thinking, OtherBlock])),
    usage: TokenUsage.optional(),
  }),
  parent_tool_use_id: parent,
  uuid: optionalName,
});
export type AssistantMessage = z.infer<typeof Assistant>;

/** The details of a tool's result. A sub-agent in the background has them when it is launched, one in the foreground when it has ended. */
const ToolUseResult = z
  .object({ status: text, isAsync: z.boolean().optional().catch(undefined), agentId: optionalName })
  .optional()
  .catch(undefined);

const User = z.object({
  type: z.literal('user'),
  message: z.object({ content: z.union([z.string().transform(() => []), z.array(z.union([ToolResult, OtherBlock]))]) }),
  parent_tool_use_id: parent,
  tool_use_result: ToolUseResult,
  uuid: optionalName,
});
export type UserMessage = z.infer<typeof User>;

/** Whether a sub-agent runs on when its tool has returned; undefined when the result does not say so. */
export function isLaunchOf({ tool_use_result: details }: UserMessage): boolean | undefined {
  if (details?.isAsync === true || details?.status === 'async_launched') return true;
  return details?.isAsync === false || details?.status === 'completed' ? false : undefined;
}

const ModelAccount = z
  .object({
    inputTokens: count,
    outputTokens: count,
    cacheCreationInputTokens: count,
    cacheReadInputTokens: count,
    cacheCreationEphemeral1hInputTokens: count,
    webSearchRequests: count,
  })
  .transform(countsOf)
  .and(z.object({ costUSD: dollars, costBasis: text }));
export type ModelAccount = z.infer<typeof ModelAccount>;

const Result = z.object({
  type: z.literal('result'),
  subtype: text,
  session_id: optionalName,
  /** Undefined when it is absent, or no boolean. */
  is_error: z.boolean().optional().catch(undefined),
  result: text,
  errors: z.array(z.string()).catch([]),
  stop_reason: z.string().nullish().catch(undefined),
  terminal_reason: text,
  structured_output: z.unknown().optional(),
  total_cost_usd: dollars,
  usage: TokenUsage.optional().catch(undefined),
  /** `null` for an account that is not understood. */
  modelUsage: z.record(z.string(), ModelAccount).nullable().default({}).catch(null),
  /** The part of the account that the process's result before has not; absent from older agents, and when it is not understood. */
  model_usage_since_last_result: z.record(z.string(), ModelAccount).optional().catch(undefined),
  num_turns: z.int().nonnegative().max(LARGEST_COUNT).optional().catch(undefined),
  duration_ms: z.number().nonnegative().max(LARGEST_COUNT).optional().catch(undefined),
});
export type ResultMessage = z.infer<typeof Result>;

const Init = z.object({
  type: z.literal('system'),
  subtype: z.literal('init'),
  session_id: optionalName,
  model: optionalName,
  cwd: text.transform((cwd) => cwd && startOf(cwd)),
  tools: z.array(name).optional().catch(undefined),
  permissionMode: optionalName,
  claude_code_version: optionalName,
});
export type InitMessage = z.infer<typeof Init>;

const HookResponse = z.object({
  type: z.literal('system'),
  subtype: z.literal('hook_response'),
  stdout: z.string().catch(''),
  stderr: z.string().catch(''),
  output: z.string().catch(''),
});

const CompactBoundary = z.object({
  type: z.literal('system'),
  subtype: z.literal('compact_boundary'),
  compact_metadata: z.object({ trigger: optionalName, pre_tokens: z.number().optional() }),
});

const isBackgrounded = z.boolean().optional().catch(undefined);

const TaskMessage = z.discriminatedUnion('subtype', [
  z.object({
    type: z.literal('system'),
    subtype: z.literal('task_started'),
    task_id: name,
    tool_use_id: optionalName,
    is_backgrounded: isBackgrounded,
  }),
  z.object({
    type: z.literal('system'),
    subtype: z.literal('task_updated'),
    task_id: name,
    tool_use_id: optionalName,
    patch: z.object({ is_backgrounded: isBackgrounded }).catch({}),
  }),
  z.object({
    type: z.literal('system'),
    subtype: z.literal('task_notification'),
    task_id: name,
    tool_use_id: optionalName,
    status: text,
  }),
]);
export type TaskMessage = z.infer<typeof TaskMessage>;

export type SystemMessage = InitMessage | z.infer<typeof HookResponse> | z.infer<typeof CompactBoundary> | TaskMessage;

const rawUsage = z.record(z.string(), z.unknown()).optional().catch(undefined);

/** A part of an answer that is still being given: the complete answer follows, but the last usage is only here. */
const StreamEvent = z.object({
  type: z.literal('stream_event'),
  event: z.object({
    message: z.object({ id: name, model: name, usage: rawUsage }).optional().catch(undefined),
    usage: rawUsage,
  }),
  parent_tool_use_id: parent,
});
export type StreamEvent = z.infer<typeof StreamEvent>;

/** The usage of a message so far: later parts repeat only what has changed. */
export function usageSoFar(first: object = {}, later: object = {}): TokenUsage | undefined {
  const changed = Object.entries(later).filter(([, value]) => value !== null);
  return TokenUsage.safeParse({ ...first, ...Object.fromEntries(changed) }).data;
}

/** The lines of Claude Code's `stream-json` that are parsed, reduced to the fields in use. */
const ClaudeMessage = z.union([Assistant, User, StreamEvent, Result, Init, HookResponse, CompactBoundary, TaskMessage]);
export type ClaudeMessage = z.infer<typeof ClaudeMessage>;

export const claudeMessageOf = (message: unknown): ClaudeMessage | undefined => ClaudeMessage.safeParse(message).data;
