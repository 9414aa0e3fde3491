import { answer, HAIKU, result, session } from '../testing/claude-lines';

const init = (session_id: string, model = HAIKU) => ({ type: 'system', subtype: 'init', session_id, model });
const of = (session_id: string, cost: number) => result(cost, 'done', { session_id });

describe('accounts', () => {
  it('are running totals of their conversation: the last one counts', () => {
    const { read, parser } = session();
    const events = read(init('s1'), answer('m1', { type: 'text' }), of('s1', 0.5), of('s1', 0.9));
    const [first, second] = events.filter(({ type }) => type === 'session_summary');

    expect(parser.usage).toMatchObject({ costUsd: '0.9', costComplete: true, turns: 4 });
    expect([first, second].map((event) => event?.data)).toMatchObject([
      { result_number: 1, total_cost_usd: '0.5', added: { [HAIKU]: { cost_usd: '0.5' } } },
      { result_number: 2, total_cost_usd: '0.9', added: { [HAIKU]: { cost_usd: '0.4', input_tokens: 0 } } },
    ]);
    read(of('s1', 0.3));
    expect(parser.usage).toMatchObject({ costUsd: '0.3', costComplete: true });
  });

  it('of several conversations of one process are added', () => {
    const { read, parser } = session();
    for (const id of ['s1', 's2', 's3']) read(init(id), of(id, 0.5));
    read(of('s2', 0.75));

    expect(parser.usage).toMatchObject({ costUsd: '1.75', costComplete: true });
  });

  it('do not include the calls after them', () => {
    const { read, parser } = session();
    read(answer('m1', { type: 'text' }), of('s1', 0.5), answer('m2', { type: 'text' }));
    expect(parser.usage).toMatchObject({ costUsd: '0.501175', costComplete: false });

    read(of('s1', 0.6));
    expect(parser.usage).toMatchObject({ costUsd: '0.6', costComplete: true });
  });

  it('begin at zero again after a leg was killed', () => {
    const { read, parser, now } = session();
    read(init('s1'), of('s1', 0.5));
    parser.end('killed', now());
    read(init('s1'), of('s1', 0.25));

    expect(parser.usage).toMatchObject({ costUsd: '0.75', costComplete: true });
  });

  it('add what a result itself says that it adds, also when a total was carried over a kill', () => {
    const { read, parser, now } = session();
    const adding = (total: number, costUSD: number) =>
      result(total, 'done', {
        session_id: 's1',
        model_usage_since_last_result: { [HAIKU]: { inputTokens: 1, costUSD } },
      });
    read(init('s1'), adding(0.5, 0.5));
    parser.end('killed', now());
    read(init('s1'), adding(0.75, 0.25), adding(0.75, 0));

    expect(parser.usage).toMatchObject({ costUsd: '0.75', costComplete: true });
  });

  it('of another conversation do not include an interrupted leg', () => {
    const { read, parser, now } = session();
    read(init('s1'), answer('m1', { type: 'text' }));
    parser.end('interrupted', now());
    read(init('s2'), of('s2', 0.5));

    expect(parser.usage).toMatchObject({ costUsd: '0.501175', costComplete: false });
  });

  it('that are not understood leave those before them as they are, and make the cost incomplete', () => {
    const { read, parser } = session();
    read(init('s1'), of('s1', 0.5), result(0.9, 'done', { session_id: 's1', modelUsage: { [HAIKU]: 'much' } }));

    expect(parser.usage).toMatchObject({ costUsd: '0.5', costComplete: false });
  });

  it('do not price a model that the agent does not know', () => {
    const { read, parser } = session();
    const unknown = { inputTokens: 1e6, outputTokens: 0, costUSD: 3, costBasis: 'unknown' };
    read(result(4, 'done', { modelUsage: { 'claude-next-9': unknown, [HAIKU]: { ...unknown, costUSD: 3 } } }));

    expect(parser.usage).toMatchObject({ costUsd: null, costComplete: false });
    expect(parser.usage.byModel[HAIKU]?.costUsd).toBe('1');
  });
});

describe('a model call', () => {
  const call = (id: string, outputTokens: number, more: object = {}) => ({
    type: 'assistant',
    message: { id, model: HAIKU, content: [], usage: { input_tokens: 100, output_tokens: outputTokens, ...more } },
  });

  it('counts as its last line says', () => {
    const { read, parser } = session();
    const events = read(call('a', 1), call('b', 7), call('a', 200), call('a', 200), call('a', 500));

    expect(parser.usage).toMatchObject({ turns: 2, byModel: { [HAIKU]: { inputTokens: 200, outputTokens: 507 } } });
    expect(events.map(({ data }) => [data['message_id'], data['output_tokens']])).toEqual([
      ['a', 1],
      ['b', 7],
      ['a', 200],
      ['a', 500],
    ]);
    read(call('a', 3));
    expect(parser.usage.byModel[HAIKU]).toMatchObject({ outputTokens: 10 });
  });

  it('pays twice the input for a cache write of an hour', () => {
    const { read, parser } = session();
    const written = { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 7_094 };
    const cache = { cache_creation_input_tokens: 7_094, cache_read_input_tokens: 13_615, cache_creation: written };
    read(call('a', 3, { input_tokens: 10, ...cache }));

    expect(parser.usage.costUsd).toBe('0.0155745');
  });
});

describe('the model of a session', () => {
  it('is the one that the agent began with', () => {
    const { read, parser } = session();
    read(init('s1', 'claude-sonnet-4-5'), answer('m1', { type: 'text' }), init('s1', 'another'), of('s1', 0.5));

    expect(parser.model).toBe('claude-sonnet-4-5');
  });
});
