import { answer, at, HAIKU, result, session, usage } from '../testing/claude-lines';
import { SessionParser } from './session-parser';

describe('the result', () => {
  it('has the agent’s report on its task, also a nested one', () => {
    const { read, parser } = session();
    read(
      result(
        0.5,
        'TASK_RESULT: {"success": true} or rather\nTASK_RESULT: {"success": false, "why": {"a": "}"}, "comments": "no"} end',
      ),
    );

    expect(parser.reportOf(1)?.outcome?.taskResult).toEqual({ success: false, why: { a: '}' }, comments: 'no' });
    expect(parser.reportOf(1)?.outcome?.isError).toBe(false);
  });

  it.each([
    [
      'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      'overloaded_error (HTTP 529)',
    ],
    ['{"type":"error","error":{"type":"invalid_request_error","message":"bad"}}', 'invalid_request_error: bad'],
    ['it broke', 'it broke'],
  ])('has the error of %s', (text, label) => {
    const { read, parser } = session();
    read(result(0, text, { is_error: true }));

    expect(parser.reportOf(1)?.outcome).toMatchObject({ isError: true, error: label });
  });

  it('without an account per model has that of the session’s model', () => {
    const { read, parser } = session();
    read({ type: 'system', subtype: 'init', model: HAIKU }, { type: 'result', usage, total_cost_usd: 0.25 });

    expect(parser.usage.byModel[HAIKU]).toMatchObject({ inputTokens: 1000, costUsd: '0.25' });
  });
});

describe('legs', () => {
  const partial = { costUsd: '0.001175', costComplete: false };

  it('without a result are estimated, and incomplete', () => {
    const { read, parser } = session();
    read(answer('m1', { type: 'text' }));
    expect(parser.usage).toMatchObject({ ...partial, turns: 1 });
  });

  it('without a result are estimated with the fees of searches in the web', () => {
    const { read, parser } = session();
    read(answer('m1', { type: 'text' }, { used: { ...usage, server_tool_use: { web_search_requests: 2 } } }));
    expect(parser.usage).toMatchObject({ costUsd: '0.021175', costComplete: false });
  });

  it('that were interrupted are included in the next account', () => {
    const { read, parser, now } = session();
    read(answer('m1', { type: 'text' }));
    const [ended] = parser.end('interrupted', now());
    read(answer('m2', { type: 'text' }), result(0.5));

    expect(ended?.data).toEqual({ leg: 1, ended: 'interrupted', duration_ms: 1000 });
    expect(parser.usage).toMatchObject({ costUsd: '0.5', costComplete: true, turns: 1 + 2, durationMs: 1000 + 1234 });
  });

  it('that were killed are estimated in addition to the next account', () => {
    const { read, parser, now } = session();
    read(answer('m1', { type: 'text' }));
    parser.end('killed', now());
    read(result(0.5));

    expect(parser.usage).toMatchObject({ costUsd: '0.501175', costComplete: false });
  });

  it('with accounts are not added: the later one includes the earlier', () => {
    const { read, parser, now } = session();
    read(result(0.25));
    parser.end('exited', now());
    read(result(0.5));

    expect(parser.usage).toMatchObject({ costUsd: '0.5', costComplete: true });
  });

  it('that were started after the last account are estimated', () => {
    const { read, parser, now } = session();
    read(result(0.25));
    parser.end('exited', now());
    read(answer('m1', { type: 'text' }));

    expect(parser.usage).toMatchObject({ costUsd: '0.251175', costComplete: false });
  });

  it('keep their duration when they are parsed again later', () => {
    const ids = { sessionId: 'a-session', executionId: 'exec-1', phaseId: 'plan' };
    const later = new SessionParser({ ...ids, startedAt: at(1000) }, 'claude-stream-json');
    later.line('building', 1, at(1));
    later.line('built', 2, at(4));
    later.end('exited', at(5));

    expect(later.usage.durationMs).toBe(4_000);
  });

  it('of a plain program need no account', () => {
    const { read, parser, now } = session();
    read('building');
    parser.end('killed', now());

    expect(parser.usage).toMatchObject({ costUsd: '0', costComplete: true });
  });
});

describe('what an agent counts', () => {
  const accountOf = (model: string, inputTokens: unknown) =>
    result(0.5, 'done', { modelUsage: { [model]: { inputTokens, outputTokens: 1, costUSD: 0.5 } } });

  it('has names that can be stored, of a limited length', () => {
    const { read, parser } = session();
    read(`{"type":"result","modelUsage":{"a\\u0000\\ud83d\\\\u0000\\ud83d\\ude00":{"inputTokens":1,"costUSD":0.5}}}`);

    expect(Object.keys(parser.usage.byModel)).toEqual(['a\ufffd\ufffd\\u0000😀']);

    const other = session();
    other.read(accountOf('m'.repeat(1_000), 1));
    expect(Object.keys(other.parser.usage.byModel)).toEqual(['m'.repeat(200)]);
  });

  it('is counted under a limited number of models', () => {
    const { read, parser } = session();
    for (let n = 0; n < 1_000; n++) read(answer(`m${n}`, { type: 'text' }, { model: `model-${n}` }));

    expect(Object.keys(parser.usage.byModel)).toHaveLength(100);
    expect(parser.usage.byModel['other']).toMatchObject({ inputTokens: 901 * usage.input_tokens });
    read(accountOf('one-more', 7));
    expect(Object.keys(parser.usage.byModel)).toEqual(['other']);
  });

  it.each([1e12 + 1, 2 ** 53, -1, 0.5, '7', [], 1e300])('is no account when a count is %s', (count) => {
    const { read, parser } = session();
    read(answer('m1', { type: 'text' }), accountOf(HAIKU, count));

    expect(parser.usage).toMatchObject({ costUsd: '0.001175', costComplete: false });
  });

  it('never exceeds what a sum may be', () => {
    const { read, parser } = session();
    const large = { input_tokens: 1e12, output_tokens: 1e12, cache_read_input_tokens: 1e12 };
    for (let n = 0; n < 10_000; n++) {
      read({ type: 'assistant', message: { id: `m${n}`, model: HAIKU, content: [], usage: large } });
    }

    const { byModel, costComplete } = parser.usage;
    expect(byModel[HAIKU]).toMatchObject({ inputTokens: Number.MAX_SAFE_INTEGER, costUsd: '999999999' });
    expect(costComplete).toBe(false);
  });
});
