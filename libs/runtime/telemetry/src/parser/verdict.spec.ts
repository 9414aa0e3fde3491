import { result, session } from '../testing/claude-lines';

const init = { type: 'system', subtype: 'init', session_id: 's1', model: 'm' };

function verdictOf(...lines: readonly object[]) {
  const { read, parser } = session();
  read(...lines);
  return parser.reportOf(1)?.outcome;
}

describe('the verdict about an agent', () => {
  it('is success with all signs of it', () => {
    const complete = { stop_reason: 'end_turn', terminal_reason: 'completed' };

    expect(verdictOf(init, result(0.5, 'done', complete))).toMatchObject({ isError: false, answer: 'done' });
    expect(verdictOf(result(0.5, 'done', { stop_reason: null }))).toMatchObject({ isError: false });
  });

  it.each([
    ['no subtype', { subtype: undefined }],
    ['another subtype', { subtype: 'error_max_turns' }],
    ['an error', { is_error: true }],
    ['no word about an error', { is_error: undefined }],
    ['a word about an error that is not understood', { is_error: 'false' }],
  ])('is failure with %s', (_, signs) => {
    expect(verdictOf(result(0.5, 'done', signs))).toMatchObject({ isError: true });
  });

  it.each([
    { stop_reason: 'tool_use' },
    { stop_reason: 'max_tokens' },
    { stop_reason: 'tool_deferred', terminal_reason: 'tool_deferred' },
    { stop_reason: 'end_turn', terminal_reason: 'aborted_streaming' },
    { stop_reason: null, terminal_reason: 'max_turns' },
  ])('is failure when the agent was cut off: %j', (signs) => {
    const verdict = verdictOf(result(0.5, '', signs));

    expect(verdict).toMatchObject({ isError: true, isCutOff: true });
    expect(verdict?.error).toContain(signs.terminal_reason ?? signs.stop_reason);
  });

  it('is success when a tool gave a structured answer', () => {
    const signs = { stop_reason: 'tool_use', structured_output: { a: 1 } };

    expect(verdictOf(result(0.5, '{"a":1}', signs))).toMatchObject({ isError: false });
  });

  it('has the words of the errors, not longer than they may be', () => {
    const failed = { subtype: 'error_max_budget_usd', is_error: true, result: undefined };

    expect(verdictOf(result(0.5, '', { ...failed, errors: ['one cent', 'is spent'] }))?.error).toBe(
      'one cent\nis spent',
    );
    expect(verdictOf(result(0.5, '', failed))?.error).toBe('the agent ended with error_max_budget_usd');
    const long = verdictOf(result(0.5, '', { ...failed, errors: ['ä'.repeat(1e6)] }))?.error ?? '';
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(4_096);
  });

  it('is that of the last result', () => {
    const failed = result(0.1, 'no', { is_error: true });

    expect(verdictOf(init, failed, result(0.2))).toMatchObject({ isError: false });
    expect(verdictOf(init, result(0.1), failed)).toMatchObject({ isError: true, error: 'no' });
  });

  it('is of one leg', () => {
    const { read, parser, now } = session();
    read(init, result(0.1));
    parser.end('exited', now());
    read(init);

    expect([1, 2, 3].map((leg) => parser.reportOf(leg))).toMatchObject([
      { hasBegun: true, outcome: { isError: false } },
      { hasBegun: true, outcome: undefined },
      { hasBegun: false },
    ]);
  });
});

describe('a program without a protocol', () => {
  it('prints lines, whatever they look like', () => {
    const { read, parser } = session('text');
    const lines = [init, result(0.5, 'no', { is_error: true }), { event_type: 'of_its_own', n: 1 }, { n: 2 }];

    expect(read(...lines).map(({ type, data }) => [type, data['text']])).toEqual(
      lines.map((line) => ['agent_output', JSON.stringify(line)]),
    );
    expect(parser.reportOf(1)).toBeUndefined();
    expect(parser.usage).toMatchObject({ costUsd: '0', costComplete: true, turns: 0 });
  });

  it('may have hooks', () => {
    const { read } = session('text');
    const commit = { event_type: 'git_commit', timestamp: 'T', context: { git: { sha: 'abc' } } };

    expect(read(commit)).toMatchObject([{ type: 'git_commit', data: { sha: 'abc' } }]);
  });
});

describe('the error stream of an agent with a protocol', () => {
  it('is not its protocol', () => {
    const { parser } = session();
    const [event] = parser.line(JSON.stringify(result(0.5)), 1, new Date().toISOString(), 'stderr');

    expect(event?.type).toBe('agent_output');
    expect(parser.reportOf(1)).toEqual({ hasBegun: false });
  });
});
