import type { TelemetryEvent } from '../telemetry-event';
import { answer, HAIKU, result, session, tool, toolResult, usage } from '../testing/claude-lines';

const typesOf = (events: readonly TelemetryEvent[]) => events.map(({ type }) => type);
const system = (subtype: string, fields: object) => ({
  type: 'system',
  subtype,
  session_id: 's1',
  uuid: 'u',
  ...fields,
});

describe('the words of an agent', () => {
  it('are its answers and its thinking', () => {
    const { read } = session();
    const events = read(
      answer('m1', { type: 'thinking', thinking: 'let me see' }),
      answer('m1', { type: 'text', text: 'it is\n  seven' }, { parent: 't1' }),
      answer('m2', { type: 'text', text: '' }),
    ).filter(({ type }) => type !== 'token_usage');

    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['thinking', { text: 'let me see', message_id: 'm1' }],
      ['message_response', { text: 'it is\n  seven', message_id: 'm1', parent_tool_use_id: 't1' }],
    ]);
  });

  it('include the final answer, once', () => {
    const { read } = session();
    const said = (...lines: object[]) => read(...lines).filter(({ type }) => type === 'message_response');

    expect(said(answer('m1', { type: 'text', text: 'done' }), result(0.5, 'done'))).toHaveLength(1);
    expect(said(result(0.5, 'another')).map(({ data }) => data)).toEqual([{ text: 'another', is_final: true }]);
  });

  it('are cut where they are long, and say so', () => {
    const { read } = session();
    const said = read(answer('m1', { type: 'text', text: 'x'.repeat(1e6) })).at(-1);

    expect(said).toMatchObject({ type: 'message_response', data: { truncated: true } });
    expect(JSON.stringify(said).length).toBeLessThan(20_000);
  });
});

describe('the comments on a task', () => {
  const commented = (comments: string, more: object = {}) => {
    const { read, parser } = session();
    const said = `TASK_RESULT: ${JSON.stringify({ success: false, comments, ...more })}`;
    const summary = read(result(0.5, said)).find(({ type }) => type === 'session_summary');
    return { shown: summary?.data['task_result'], parser };
  };

  it('are 64 KiB at most, mended, and the account has them', () => {
    const { shown, parser } = commented(`\0\ud83d${'ä'.repeat(1e6)}`);
    const { comments = '' } = parser.reportOf(1)?.outcome?.taskResult ?? {};

    expect(comments).toMatch(/^\ufffd\ufffdä+…$/u);
    expect(64 * 1024 - Buffer.byteLength(comments)).toBeLessThan(2);
    expect(shown).toEqual({ success: false, comments });
    expect(parser.usage.costComplete).toBe(true);
  });

  it.each([
    ['comments of escaped characters', commented('\u0001'.repeat(1e6))],
    ['further fields', commented('short', { findings: 'x'.repeat(1e6), ['k'.repeat(1e6)]: 1 })],
  ])('do not cost a session its account: %s', (_, { shown, parser }) => {
    expect(shown).toMatchObject({ success: false });
    expect(parser.usage).toMatchObject({ costComplete: true, costUsd: '0.5' });
  });
});

describe('the names of an agent', () => {
  it('are 200 characters at most, in rows and in accounts', () => {
    const { read, parser } = session();
    const long = 'n'.repeat(300_000);
    const events = read(
      system('init', { session_id: long, model: long, cwd: '/w', tools: [long], claude_code_version: long }),
      answer(long, tool(long, long), { model: long, parent: long }),
      toolResult(long),
    );

    expect(typesOf(events)).toEqual([
      ...['agent_initialized', 'token_usage', 'tool_execution_started', 'tool_execution_completed'],
    ]);
    expect(events.map(({ data }) => JSON.stringify(data)).join()).not.toContain('n'.repeat(201));
    expect(Object.keys(parser.usage.byModel)).toEqual(['n'.repeat(200)]);
  });
});

describe('parts of a message', () => {
  const part = (event: object) => ({ type: 'stream_event', event, parent_tool_use_id: null });

  it('are not shown, and bring its last usage', () => {
    const { read, parser } = session();
    const message = { id: 'm1', model: HAIKU, usage: { ...usage, output_tokens: 1 } };
    const events = read(
      part({ type: 'message_start', message }),
      part({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'se' } }),
      answer('m1', { type: 'text', text: 'seven' }),
      part({ type: 'message_delta', usage: { input_tokens: null, output_tokens: 77 } }),
      part({ type: 'message_stop' }),
    );

    expect(typesOf(events)).toEqual(['token_usage', 'message_response', 'token_usage']);
    expect(parser.usage.byModel[HAIKU]).toMatchObject({ inputTokens: usage.input_tokens, outputTokens: 77 });
  });
});

describe('a sub-agent in the background', () => {
  const started = system('task_started', { task_id: 'k1', tool_use_id: 't1', is_backgrounded: true });
  const ends = (status: string) => system('task_notification', { task_id: 'k1', status, summary: 'no' });

  it.each([
    ['completed', true],
    ['failed', false],
    ['stopped', false],
  ])('ends with its notification: %s', (status, success) => {
    const { read } = session();
    const launched = read(answer('m1', tool('t1', 'Agent')), started, toolResult('t1', 'launched'));
    const ended = read(answer('m2', tool('t2'), { parent: 't1' }), toolResult('t2'), ends(status));

    expect(typesOf(launched)).not.toContain('subagent_stopped');
    expect(ended.find(({ type }) => type === 'subagent_stopped')?.data).toEqual({
      agent_name: 'agent',
      subagent_tool_use_id: 't1',
      duration_ms: 5_000,
      success,
      tools_used: { Bash: 1 },
    });
  });

  it('may be moved there', () => {
    const { read } = session();
    const moved = system('task_updated', { task_id: 'k1', patch: { is_backgrounded: true } });
    const foreground = { ...started, is_backgrounded: false };
    const events = read(answer('m1', tool('t1', 'Task')), foreground, moved, toolResult('t1'), ends('completed'));

    expect(typesOf(events).slice(-2)).toEqual(['subagent_stopped', 'task_notification']);
  });

  it('that could not be launched ends at once', () => {
    const { read } = session();
    const events = read(answer('m1', tool('t1', 'Agent', { run_in_background: true })), toolResult('t1', 'no', true));

    expect(events.at(-1)).toMatchObject({ type: 'subagent_stopped', data: { success: false } });
  });

  it('that nothing announces but the result of its launch ends with the notification of its id', () => {
    const { read } = session();
    const launch = { ...toolResult('t1'), tool_use_result: { isAsync: true, status: 'async_launched', agentId: 'a1' } };
    const launched = read(answer('m1', tool('t1', 'Agent')), launch);
    const ended = read(
      answer('m2', tool('t2'), { parent: 't1' }),
      toolResult('t2'),
      system('task_notification', { task_id: 'a1', status: 'failed' }),
    );

    expect(typesOf(launched)).not.toContain('subagent_stopped');
    expect(ended.filter(({ type }) => type === 'subagent_stopped').map(({ data }) => data)).toEqual([
      { agent_name: 'agent', subagent_tool_use_id: 't1', duration_ms: 4_000, success: false, tools_used: { Bash: 1 } },
    ]);
  });

  it('that has ended before the result of its launch ends once, with its own word', () => {
    const { read } = session();
    const launch = { ...toolResult('t1'), tool_use_result: { isAsync: true, agentId: 'k1' } };
    const early = system('task_notification', { task_id: 'k1', tool_use_id: 't1', status: 'stopped' });
    const events = read(answer('m1', tool('t1', 'Agent')), early, launch, early);

    expect(events.filter(({ type }) => type === 'subagent_stopped').map(({ data }) => data)).toMatchObject([
      { duration_ms: 1_000, success: false },
    ]);
  });

  it('was asked for and not given: it ends with its tool', () => {
    const { read } = session();
    const completed = { ...toolResult('t1'), tool_use_result: { status: 'completed', agentId: 'a1' } };
    const events = read(answer('m1', tool('t1', 'Agent', { run_in_background: true })), completed);

    expect(typesOf(events).at(-1)).toBe('subagent_stopped');
  });

  it('in the foreground ends with its tool', () => {
    const { read } = session();
    const events = read(answer('m1', tool('t1', 'Task')), { ...started, is_backgrounded: false }, toolResult('t1'));

    expect(typesOf(events).at(-1)).toBe('subagent_stopped');
  });
});

describe('messages of newer agents', () => {
  it('have their own types', () => {
    const { read } = session();
    const events = read(
      { type: 'rate_limit_event', rate_limit_info: { status: 'allowed' }, uuid: 'u', session_id: 's1' },
      system('background_tasks_changed', { tasks: [] }),
      system('api_retry', { attempt: 1 }),
      system('status', { status: 'compacting' }),
      { type: 'tool_progress', elapsed: 1 },
    );

    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['rate_limit_event', { rate_limit_info: { status: 'allowed' } }],
      ['background_tasks_changed', { tasks: [] }],
      ['api_retry', { attempt: 1 }],
      ['agent_notice', { kind: 'system/status', status: 'compacting' }],
      ['agent_notice', { kind: 'tool_progress', elapsed: 1 }],
    ]);
  });
});
