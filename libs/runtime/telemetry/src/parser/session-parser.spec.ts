import type { TelemetryEvent } from '../telemetry-event';
import { answer, at, HAIKU, result, session, tool, toolResult } from '../testing/claude-lines';

const typesOf = (events: readonly TelemetryEvent[]) => events.map(({ type }) => type);

describe('model calls', () => {
  it('count once, although every block of an answer repeats the usage', () => {
    const { read, parser } = session();
    const events = read(answer('m1', { type: 'text', text: 'hm' }), answer('m1', tool('t1')), answer('m2', tool('t2')));

    expect(typesOf(events)).toEqual([
      ...['token_usage', 'message_response', 'tool_execution_started'],
      ...['token_usage', 'tool_execution_started'],
    ]);
    expect(parser.usage.byModel[HAIKU]).toMatchObject({ inputTokens: 2000, outputTokens: 20, costUsd: '0.00235' });
  });

  it('of an unknown model have no known cost', () => {
    const { read, parser } = session();
    read(answer('m1', { type: 'text' }), answer('m2', { type: 'text' }, { model: 'gpt-7' }));

    expect(parser.usage).toMatchObject({ costUsd: null, costComplete: false });
    expect(parser.usage.byModel[HAIKU]?.costUsd).toBe('0.001175');
  });

  it('are not counted for answers that the CLI generates', () => {
    const { read } = session();
    expect(typesOf(read(answer('m1', { type: 'text', text: 'API Error' }, { model: '<synthetic>' })))).toEqual([
      'message_response',
    ]);
  });
});

describe('tools', () => {
  it('start and end with the fields that their result lacks', () => {
    const { read } = session();
    const [, started] = read(answer('m1', tool('t1', 'Read', { path: '/x' })));
    const [ended] = read('noise', toolResult('t1', [{ type: 'text', text: 'no such file' }], true)).slice(1);

    expect(started).toMatchObject({ type: 'tool_execution_started', data: { input_preview: '{"path":"/x"}' } });
    expect(ended?.data).toEqual({
      tool_name: 'Read',
      tool_use_id: 't1',
      success: false,
      duration_ms: 2000,
      output_preview: 'no such file',
    });
  });

  it('are reported once, whether the hook or the stream comes first', () => {
    const { read, parser } = session();
    const hook = (event_type: string) => ({
      event_type,
      timestamp: 'T',
      context: { tool_name: 'Bash', tool_use_id: 't1', error: 'x' },
    });
    const events = read(
      hook('tool_execution_started'),
      answer('m1', tool('t1')),
      hook('tool_execution_failed'),
      toolResult('t1', 'x', true),
    );

    expect(typesOf(events)).toEqual(['tool_execution_started', 'token_usage', 'tool_execution_failed']);
    expect(parser.usage).toMatchObject({ toolCalls: 1, failedTools: 1 });
    expect(parser.events).toBe(3);
  });

  it('that are git report their commits', () => {
    const { read } = session();
    const commit = '{"event_type":"git_commit","timestamp":"T","context":{"git":{"sha":"abc","message":"Fix"}}}';
    const foreign = '{"event_type":"session_completed","timestamp":"T"}';
    const events = read(answer('m1', tool('t1')), toolResult('t1', `[main abc] Fix\n${commit}\n${commit}\n${foreign}`));

    expect(typesOf(events).slice(2)).toEqual(['tool_execution_completed', 'git_commit']);
    expect(events.at(-1)?.data).toMatchObject({ sha: 'abc', message: 'Fix' });
  });

  it('have previews that can be stored, wherever they are cut', () => {
    const { read } = session();
    const events = read(answer('m1', tool('t1')), toolResult('t1', `a\u0000${'x'.repeat(497)}😀`));

    expect(events.at(-1)?.data['output_preview']).toBe(`a\ufffd${'x'.repeat(497)}\ufffd`);
  });
});

describe('lines', () => {
  it('that are not messages are output, as they were printed', () => {
    const { read } = session();
    const lines = ['compiling…', '{"broken": ', '42', '', '    indented', 'padded  ', 'carriage\r', '\ufeffmarked'];
    expect(read(...lines).map(({ type, data }) => [type, data])).toEqual(
      lines.map((text) => ['agent_output', { text }]),
    );
  });

  it('that were printed together are one row with their number', () => {
    const { read } = session();
    expect(read('one\n  two\n').map(({ data }) => data)).toEqual([{ text: 'one\n  two\n', lines: 3 }]);
  });

  it('with more values than a message has are output, however their text reads', () => {
    const { read } = session();
    const many = (value: string) => `{"type":"user","message":{"content":[${`${value},`.repeat(100_001)}0]}}`;

    expect(read(many('0')).map(({ type }) => type)).toEqual(['agent_output']);
    expect(read(many('[')).map(({ type }) => type)).toEqual(['agent_output']);
    const text = JSON.stringify({ type: 'new', text: '[,{\\"'.repeat(30_000) });
    expect(read(text).map(({ type }) => type)).toEqual(['unknown']);
  });

  it('of unknown types are kept unchanged', () => {
    const { read } = session();
    const newer = { type: 'brand_new_event', limits: [1, { a: null }] };
    const known = { type: 'assistant', message: 'of another shape' };

    expect(read(newer, known).map(({ type, data }) => [type, data['raw']])).toEqual([
      ['unknown', newer],
      ['unknown', known],
    ]);
  });

  it('that are too large are cut', () => {
    const { read } = session();
    const [printed, unknown] = read('x'.repeat(1e6), { type: 'new', text: 'y'.repeat(1e6) });

    expect(printed?.data).toMatchObject({ truncated: true, line: 1 });
    expect(unknown?.data).toMatchObject({ raw: null, truncated: true });
  });

  it('that are nested too deeply are kept as output', () => {
    const { read } = session();
    const [open, close] = ['['.repeat(100_000), ']'.repeat(100_000)];
    const called = JSON.stringify(answer('m', tool('t', 'Bash', { deep: 'HERE' }))).replace('"HERE"', open + close);

    expect(read(`{"type":"new","deep":${open}${close}}`)).toMatchObject([{ type: 'agent_output' }]);
    expect(read(called).at(-1)).toMatchObject({ type: 'agent_output', data: { truncated: true } });
  });

  it('give no event that is too large for the bus', () => {
    const { read, parser } = session();
    const long = 'x'.repeat(2_000_000);
    const events = read(answer('m', tool(long)), answer('n', tool('t'), { model: long }), {
      type: 'system',
      subtype: 'init',
      cwd: long,
    });

    expect(Math.max(...events.map((event) => JSON.stringify(event).length))).toBeLessThan(300_000);
    expect(JSON.stringify(parser.usage).length).toBeLessThan(1_000);
  });

  it('with an absurd cost are ignored', () => {
    const { read, parser } = session();
    read(result(1e300));

    expect(Number(parser.usage.costUsd)).toBeLessThan(1);
  });

  it('of hooks cannot replace the account of a session', () => {
    const { read, parser } = session();
    const [forged] = read({ event_type: 'session_summary', leg: 1, model_usage: {} });

    expect(forged?.type).toBe('unknown');
    expect(parser.usage.costComplete).toBe(true);
  });
});

describe('the set-up of a workspace', () => {
  it('speaks no protocol, and is told apart from its agent', () => {
    const { parser, now } = session();
    const claim = JSON.stringify(result(99));
    const hook = JSON.stringify({ event_type: 'tool_execution_started', context: { tool_use_id: 't' } });
    const events = [claim, hook, 'text'].flatMap((text, index) => parser.line(text, index + 1, now(), 'setup'));

    expect(events.map(({ type, data }) => [type, data['text']])).toEqual([
      ['setup_output', claim],
      ['setup_output', hook],
      ['setup_output', 'text'],
    ]);
    expect(parser.usage).toMatchObject({ costUsd: '0', toolCalls: 0 });
    expect(parser.reportOf(1)).toMatchObject({ hasBegun: false });
  });

  it('takes no time of its leg', () => {
    const { parser, now } = session();
    parser.line('text', 1, at(30), 'setup');
    parser.line('{}', 2, at(32));
    const [ended] = parser.end('exited', at(40));

    expect(now()).toBe(at(0));
    expect(ended?.data['duration_ms']).toBe(10_000);
  });

  it('cannot be reported by an agent', () => {
    const { read } = session();
    const [event] = read({ event_type: 'setup_command_ended', context: { number: 1, of: 1, duration_ms: 0 } });
    expect(event?.type).toBe('unknown');
  });
});
