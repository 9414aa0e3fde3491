import { slices } from './anthropic-messages';
import { errorOf, usageOf, type ModelTurn, type ModelUsage } from './model-answer';
import { fields, items, string, textOf, type Dialect, type ModelRequest, type StreamEvent } from './model-request';

const CALL_OUTPUT = /_call_output$/;

/** OpenAI's Responses API. */
export const openaiResponses: Dialect = {
  api: 'openai-responses',
  path: /\/responses(\?|$)/,

  parse(body) {
    const input = typeof body.input === 'string' ? [{ content: body.input }] : items(body.input);
    const history = input.map(fields);
    const latest = history.slice(history.findLastIndex(isOutput) + 1);
    return {
      text: latest
        .map(({ content }) => textOf(content))
        .filter(Boolean)
        .join('\n'),
      toolResults: latest
        .filter(({ type }) => CALL_OUTPUT.test(string(type)))
        .map(({ call_id: id, output }) => ({ id: string(id), text: textOf(output), isError: false })),
    };
  },

  events(turn, request, id) {
    const { output, ...response } = responseOf(turn, request, id);
    const started = { ...response, status: 'in_progress', output: [], usage: null };
    return [
      { type: 'response.created', response: started },
      ...output.flatMap((item, index) => itemEvents(item, index, turn.deltas ?? 1)),
      { type: `response.${response.status}`, response: { ...response, output } },
    ].map((event, n) => ({ ...event, sequence_number: n }));
  },

  document: responseOf,

  refusal: (refusal) => ({ error: { ...errorOf(refusal), code: null, param: null } }),
};

/** Items that the model has made. */
const isOutput = ({ type, role }: Readonly<Record<string, unknown>>) =>
  role === 'assistant' || ['function_call', 'custom_tool_call', 'local_shell_call', 'reasoning'].includes(string(type));

type Item = Readonly<{ type: string; id: string; [field: string]: unknown }>;

function itemsOf({ text, tools = [], usage }: ModelTurn, id: string): readonly Item[] {
  const said: Item = {
    type: 'message',
    id: `msg_${id}`,
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: text ?? '', annotations: [] }],
  };
  const calls = tools.map(({ name, input, id: toolId }, n) => ({
    type: 'function_call',
    id: `fc_${id}_${n}`,
    call_id: toolId ?? `call_${id}_${n}`,
    name,
    arguments: JSON.stringify(input),
    status: 'completed',
  }));
  const searches = Array.from({ length: usage?.webSearches ?? 0 }, (_, n) => ({
    type: 'web_search_call',
    id: `ws_${id}_${n}`,
    status: 'completed',
    action: { type: 'search', query: `question ${n}` },
  }));
  return [...searches, ...(text === undefined ? [] : [said]), ...calls];
}

function responseOf(turn: ModelTurn, request: ModelRequest, id: string) {
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: Math.floor(request.at / 1_000),
    ...endOf(turn),
    model: turn.model ?? request.model,
    output: itemsOf(turn, id),
    usage: usage(usageOf(turn)),
  };
}

const endOf = ({ stopReason }: ModelTurn) =>
  stopReason === 'max_tokens'
    ? { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
    : { status: 'completed' };

/** Cached tokens are a part of the input here. */
function usage({ cacheReadTokens, outputTokens, reasoningTokens, ...written }: ModelUsage) {
  const input = written.inputTokens + cacheReadTokens + written.cacheWrite5mTokens + written.cacheWrite1hTokens;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheReadTokens, cache_write_tokens: written.cacheWrite5mTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: input + outputTokens,
  };
}

function itemEvents(item: Item, index: number, deltas: number): StreamEvent[] {
  const isMessage = item.type === 'message';
  const text = isMessage ? textOf(item.content) : '';
  const started = { ...item, status: 'in_progress', ...(isMessage ? { content: [] } : { arguments: '' }) };
  return [
    { type: 'response.output_item.added', output_index: index, item: started },
    ...slices(text, deltas).map((delta) => ({
      type: 'response.output_text.delta',
      item_id: item.id,
      output_index: index,
      content_index: 0,
      delta,
    })),
    { type: 'response.output_item.done', output_index: index, item },
  ];
}
