import { OutputMapping } from '@syntropic/kernel';
import { session } from '../testing/claude-lines';

const mapping = OutputMapping.parse([
  { when: { type: 'begin' }, as: 'session', id: 'thread' },
  { when: { type: 'text' }, as: 'message', text: 'part.text' },
  { when: { type: 'start' }, as: 'tool_start', id: 'tool.id', name: 'tool.name', input: 'tool.input' },
  {
    when: { type: 'end' },
    as: 'tool_end',
    id: 'tool.id',
    name: '=shell',
    output: 'tool.output',
    ok: { 'tool.exit': 0 },
  },
  {
    when: { type: 'usage' },
    as: 'usage',
    model: '=claude-haiku-4-5',
    input: 'in',
    output: 'out',
    cache_read: 'cached',
    input_has_cache: true,
  },
  { when: { type: 'total' }, as: 'usage', input: 'in', output: 'out', total: true },
  { when: { type: 'total' }, as: 'result' },
  { when: { type: 'failed' }, as: 'result', error: 'error.message' },
  { when: { type: 'warning' }, as: 'notice', text: 'message' },
  { when: { type: 'turn' }, as: 'nothing' },
]);

describe("an agent's JSON lines, by a mapping", () => {
  it('warn without an end of the work, and keep nothing of what tells nothing', () => {
    const { read, parser } = session(mapping);
    const events = read({ type: 'begin' }, { type: 'turn' }, { type: 'warning', message: 'Reconnecting... 1/5' });

    expect(events.map(({ type, data }) => ({ type, data })).slice(1)).toEqual([
      { type: 'agent_notice', data: { kind: 'warning', message: 'Reconnecting... 1/5' } },
    ]);
    expect(parser.reportOf(1)).toEqual({ hasBegun: true });
  });

  it('become the operations of every agent, and lines without a rule stay as they are', () => {
    const { read, parser } = session(mapping);
    const events = read(
      { type: 'begin', thread: 't1' },
      { type: 'begin', thread: 't1' },
      { type: 'start', tool: { id: 1, name: 'shell', input: 'ls' } },
      { type: 'end', tool: { id: 1, output: 'file', exit: 0 } },
      { type: 'end', tool: { id: 2, output: 'no', exit: 1 } },
      { type: 'text', part: { text: '{"n": 1}' } },
      { type: 'usage', in: 1_000_000, cached: 400_000, out: 10 },
      { type: 'strange', more: true },
      'plain',
    );

    expect(events.map(({ type }) => type)).toEqual([
      'agent_initialized',
      'tool_execution_started',
      'tool_execution_completed',
      'tool_execution_started',
      'tool_execution_completed',
      'message_response',
      'token_usage',
      'unknown',
      'agent_output',
    ]);
    expect(events[1]?.data).toMatchObject({ tool_name: 'shell', tool_use_id: '1:1', input_preview: '"ls"' });
    expect(events[2]?.data).toMatchObject({ success: true, output_preview: 'file', duration_ms: 1_000 });
    expect(events[4]?.data).toMatchObject({ success: false, tool_use_id: '1:2' });
    expect(events[6]?.data).toMatchObject({ input_tokens: 600_000, cache_read_tokens: 400_000, cost_usd: '0.64005' });
    expect(parser.usage).toMatchObject({ toolCalls: 2, failedTools: 1 });
    expect(parser.reportOf(1)).toEqual({ hasBegun: true });
  });

  it('have totals of which only the increase counts, over legs too, and a last result that decides', () => {
    const { read, parser, now } = session(mapping);
    read(
      { type: 'begin', thread: 't1' },
      { type: 'text', part: { text: '{"n": 1}' } },
      { type: 'total', in: 5, out: 1 },
    );
    expect(parser.reportOf(1)?.outcome).toMatchObject({ isError: false, structured: { n: 1 } });

    parser.end('killed', now());
    expect(parser.reportOf(2)).toEqual({ hasBegun: false });
    read(
      { type: 'begin', thread: 't1' },
      { type: 'total', in: 7, out: 2 },
      { type: 'failed', error: { message: 'no' } },
    );

    expect(parser.usage.byModel).toMatchObject({ unknown: { inputTokens: 7, outputTokens: 2 } });
    expect(parser.reportOf(2)?.outcome).toMatchObject({ isError: true, error: 'no' });
  });

  it('leave the verdict to the exit code without a rule for results', () => {
    const { read, parser } = session(mapping.filter(({ as }) => as !== 'result'));
    read({ type: 'total', in: 5, out: 1 });

    expect(parser.reportOf(1)).toBeUndefined();
  });

  it('take no field of another kind than the mapping says', () => {
    const { read, parser } = session(mapping);
    const events = read(
      { type: 'text', part: { text: { deep: 1 } } },
      { type: 'usage', in: -1, out: 'many', cached: 1e30 },
      { type: 'begin', thread: '__proto__' },
      { type: 'failed' },
    );

    expect(events[0]?.data).toMatchObject({ input_tokens: 0, output_tokens: 0, cache_read_tokens: 0 });
    expect(parser.reportOf(1)?.outcome).toMatchObject({ isError: true, error: 'the agent has failed' });
  });
});
