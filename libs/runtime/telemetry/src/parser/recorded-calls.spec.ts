import { answer, HAIKU, result, session } from '../testing/claude-lines';

const recorded = (context: object) => JSON.stringify({ event_type: 'model_call', context });
const CALL = {
  upstream: 'anthropic',
  operation: 'messages',
  model: HAIKU,
  status: 200,
  input_tokens: 10,
  output_tokens: 20,
  cache_creation_tokens: 30,
  cache_creation_1h_tokens: 5,
  cache_read_tokens: 40,
  cost_usd: '0.25',
  price_table: '2026-11-25',
  complete: true,
  duration_ms: 100,
  held_ms: 0,
};

function sessionWithCalls() {
  const { parser, read, now } = session();
  let line = 1_000;
  const record = (context: object, stream: 'runner' | 'stdout' | 'stderr' = 'runner') =>
    parser.line(recorded(context), ++line, now(), stream);
  return { parser, read, now, record };
}

describe('calls that the gateway has recorded', () => {
  it('are the tokens and the cost of their session, whatever its agent claims', () => {
    const { parser, read, record } = sessionWithCalls();
    read(answer('m1', { type: 'text' }));
    const [event] = record(CALL);
    read(result(99));
    record({ ...CALL, model: 'claude-next-9', cost_usd: '1', input_tokens: 1 });

    expect(event).toMatchObject({ type: 'model_call', data: { ...CALL, leg: 1 } });
    expect(parser.usage).toMatchObject({ costUsd: '1.25', costComplete: true, turns: 2, durationMs: 1234 });
    expect(parser.usage.byModel).toEqual({
      [HAIKU]: { inputTokens: 10, outputTokens: 20, cacheCreationTokens: 30, cacheReadTokens: 40, costUsd: '0.25' },
      'claude-next-9': expect.objectContaining({ inputTokens: 1, costUsd: '1' }) as unknown,
    });
  });

  it('of all legs add up, killed ones too', () => {
    const { parser, record, now } = sessionWithCalls();
    record(CALL);
    parser.end('killed', now());
    const [event] = record(CALL);

    expect(event?.data['leg']).toBe(2);
    expect(parser.usage).toMatchObject({ costUsd: '0.5', costComplete: true });
  });

  it('make the cost incomplete when an answer broke, and unknown when a model has no price', () => {
    const broken = sessionWithCalls();
    broken.record({ ...CALL, complete: false });
    const unpriced = sessionWithCalls();
    unpriced.record(CALL);
    unpriced.record({ ...CALL, model: 'gpt-9', cost_usd: null });

    expect(broken.parser.usage).toMatchObject({ costUsd: '0.25', costComplete: false });
    expect(unpriced.parser.usage).toMatchObject({ costUsd: null, costComplete: false });
  });

  it.each(['stdout', 'stderr'] as const)('cannot be claimed by an agent on %s', (stream) => {
    const { parser, read, record } = sessionWithCalls();
    const [event] = record({ ...CALL, cost_usd: '0' }, stream);
    read(result(0.5));

    expect(event?.type).toBe('unknown');
    expect(parser.usage).toMatchObject({ costUsd: '0.5', costComplete: true });
  });

  it('are counted under a limited number of models', () => {
    const { parser, record } = sessionWithCalls();
    for (let n = 0; n < 150; n++) record({ ...CALL, model: `model-${n}` });

    expect(Object.keys(parser.usage.byModel)).toHaveLength(100);
  });
});

it('shows the connections that an agent has asked for', () => {
  const { parser, now } = session();
  const data = { host: 'evil.example', port: 443, outcome: 'refused', reason: 'not listed', sent_bytes: 0 };
  const context = { ...data, received_bytes: 0, duration_ms: 1 };
  const text = JSON.stringify({ event_type: 'egress_connection', context });

  expect(parser.line(text, 1, now(), 'runner')).toMatchObject([{ type: 'egress_connection', data: context }]);
});
