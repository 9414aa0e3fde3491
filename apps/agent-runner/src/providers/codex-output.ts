import { OutputMapping } from '@syntropic/kernel';

const item = (type: string, moment = 'completed') => ({ type: `item.${moment}`, 'item.type': type });

const tool = (type: string, name: string, input: string, output?: string): object[] => {
  const told = { id: 'item.id', name, input };
  const ok = { 'item.status': 'completed' };
  return [
    { when: item(type, 'started'), as: 'tool_start', ...told },
    { when: item(type), as: 'tool_end', ...told, ...(output !== undefined && { output }), ok },
  ];
};

/** The meaning of the lines of `codex exec --json`. Its usage is the running total of the thread; it names no model and no cost. */
export const CODEX_OUTPUT: OutputMapping = OutputMapping.parse([
  { when: { type: 'thread.started' }, as: 'session', id: 'thread_id' },
  { when: { type: 'turn.started' }, as: 'nothing' },
  { when: item('agent_message'), as: 'message', text: 'item.text' },
  { when: item('reasoning'), as: 'thinking', text: 'item.text' },
  // Warnings; and calls that are repeated, since only `turn.failed` is final.
  { when: item('error'), as: 'notice', text: 'item.message' },
  { when: { type: 'error' }, as: 'notice', text: 'message' },
  ...tool('command_execution', '=shell', 'item.command', 'item.aggregated_output'),
  ...tool('file_change', '=apply_patch', 'item.changes'),
  ...tool('mcp_tool_call', 'item.tool', 'item.arguments', 'item.result'),
  { when: item('web_search'), as: 'tool_end', id: 'item.id', name: '=web_search', input: 'item.query' },
  ...tool('collab_tool_call', 'item.tool', 'item.prompt'),
  {
    when: { type: 'turn.completed' },
    as: 'usage',
    input: 'usage.input_tokens',
    output: 'usage.output_tokens',
    cache_read: 'usage.cached_input_tokens',
    cache_write: 'usage.cache_write_input_tokens',
    input_has_cache: true,
    total: true,
  },
  { when: { type: 'turn.completed' }, as: 'result' },
  { when: { type: 'turn.failed' }, as: 'result', error: 'error.message' },
]);
