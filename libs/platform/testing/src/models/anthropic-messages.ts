import { errorOf, usageOf, type ModelTurn, type ModelUsage } from './model-answer';
import { fields, items, string, textOf, type Dialect, type ModelRequest, type StreamEvent } from './model-request';

/** Anthropic's Messages API. */
export const anthropicMessages: Dialect = {
  api: 'anthropic-messages',
  path: /\/v1\/messages(\?|$)/,

  parse(body) {
    const history = items(body.messages).map(fields);
    const latest = history.slice(history.findLastIndex(({ role }) => role === 'assistant') + 1);
    const contents = latest.map(({ content }) => content);
    const results = contents
      .flatMap((content) => items(content).map(fields))
      .filter(({ type }) => type === 'tool_result');
    return {
      text: contents.map(textOf).filter(Boolean).join('\n'),
      toolResults: results.map(({ tool_use_id: id, content, is_error: isError }) => ({
        id: string(id),
        text: textOf(content),
        isError: isError === true,
      })),
    };
  },

  events(turn, request, id) {
    const { outputTokens, ...input } = usageOf(turn);
    const started = { ...message(turn, request, id), content: [], stop_reason: null };
    return [
      { type: 'message_start', message: { ...started, usage: usage({ ...input, outputTokens: 1 }) } },
      ...blocksOf(turn, id).flatMap((block, index) => blockEvents(block, index, turn.deltas ?? 1)),
      {
        type: 'message_delta',
        delta: { stop_reason: stopReasonOf(turn), stop_sequence: null },
        usage: usage({ ...input, outputTokens }),
      },
      { type: 'message_stop' },
    ];
  },

  document: (turn, request, id) => ({ ...message(turn, request, id), usage: usage(usageOf(turn)) }),

  refusal: (refusal, id) => ({ type: 'error', error: errorOf(refusal), request_id: id }),
};

type Block =
  Readonly<{ type: 'text'; text: string }> | Readonly<{ type: 'tool_use'; id: string; name: string; input: object }>;

const blocksOf = ({ text, tools = [] }: ModelTurn, id: string): readonly Block[] => [
  ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
  ...tools.map(({ name, input, id: toolId }, n) => ({
    type: 'tool_use' as const,
    id: toolId ?? `toolu_${id}_${n}`,
    name,
    input,
  })),
];

const message = (turn: ModelTurn, request: ModelRequest, id: string) => ({
  id: `msg_${id}`,
  type: 'message',
  role: 'assistant',
  model: turn.model ?? request.model,
  content: blocksOf(turn, id),
  stop_reason: stopReasonOf(turn),
  stop_sequence: null,
});

const stopReasonOf = ({ stopReason, tools = [] }: ModelTurn) =>
  stopReason ?? (tools.length > 0 ? 'tool_use' : 'end_turn');

const usage = (tokens: ModelUsage) => ({
  input_tokens: tokens.inputTokens,
  cache_creation_input_tokens: tokens.cacheWrite5mTokens + tokens.cacheWrite1hTokens,
  cache_read_input_tokens: tokens.cacheReadTokens,
  cache_creation: {
    ephemeral_5m_input_tokens: tokens.cacheWrite5mTokens,
    ephemeral_1h_input_tokens: tokens.cacheWrite1hTokens,
  },
  output_tokens: tokens.outputTokens,
  ...(tokens.webSearches > 0 && { server_tool_use: { web_search_requests: tokens.webSearches } }),
  service_tier: 'standard',
});

function blockEvents(block: Block, index: number, deltas: number): StreamEvent[] {
  const [empty, parts] =
    block.type === 'text'
      ? [{ ...block, text: '' }, slices(block.text, deltas).map((text) => ({ type: 'text_delta', text }))]
      : [{ ...block, input: {} }, [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }]];
  return [
    { type: 'content_block_start', index, content_block: empty },
    ...parts.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

/** The text in about as many parts of the same length. */
export function slices(text: string, count: number): string[] {
  const length = Math.max(1, Math.ceil(text.length / count));
  return Array.from({ length: Math.ceil(text.length / length) }, (_, n) => text.slice(n * length, (n + 1) * length));
}
