import { addUsd } from '@syntropic/kernel';
import { eventually, inOrder } from '@syntropic/testing';
import { once } from 'node:events';
import {
  COST,
  COSTLY as usage,
  FROM_AGENT,
  HAIKU,
  MESSAGES,
  request,
  SECRET,
  useGateway,
} from '../../test/gateway.fixture';
import { ask, send } from '../../test/socket.fixture';
import type { CallGuard } from './call-guard';

const { models, openAnthropic } = useGateway();

const ID = expect.stringMatching(/^(req|msg|resp)_\d+$/) as unknown;

describe('a call of the Messages API', () => {
  it.each([true, false])(
    'passes through with the credential of the runner alone, and is recorded (stream: %s)',
    async (stream) => {
      models().answer(inOrder({ text: 'Hello', usage }));
      const { socket, records } = await openAnthropic();

      const answer = await ask(socket.path, MESSAGES, request({ stream }), { headers: FROM_AGENT });

      expect(answer).toMatchObject({ status: 200, headers: { 'request-id': ID } });
      expect(answer.body).toContain('Hello');
      const [received] = models().requests;
      expect(received).toMatchObject({ path: '/v1/messages?beta=true', end: 'answered', body: request({ stream }) });
      expect(received?.headers).toMatchObject({
        'x-api-key': SECRET,
        'anthropic-beta': 'one,two',
        'accept-encoding': 'identity',
      });
      expect(received?.headers).not.toHaveProperty('authorization');
      expect(records('model_call')).toEqual([
        expect.objectContaining({
          ...{ upstream: 'anthropic', operation: 'messages', model: HAIKU, status: 200, complete: true },
          ...{ input_tokens: 1_000, output_tokens: 200, cache_read_tokens: 500, cache_creation_tokens: 50 },
          ...{ cache_creation_1h_tokens: 20, cost_usd: COST, agent_id: 'agent-7', message_id: ID },
          ...{ request_id: ID, held_ms: expect.any(Number) as unknown },
        }),
      ]);
    },
  );

  it.each([true, false])('costs a fee for each search of the provider in the web (stream: %s)', async (stream) => {
    models().answer(inOrder({ text: 'Found', usage: { ...usage, webSearches: 3 } }));
    const { socket, records } = await openAnthropic();

    await ask(socket.path, MESSAGES, request({ stream }));

    const cost_usd = addUsd(COST, '0.03');
    expect(records('model_call')).toMatchObject([{ web_search_requests: 3, cost_usd, complete: true }]);
  });

  it('arrives event by event, as the provider sends it', async () => {
    let finish: () => void = () => undefined;
    const until = new Promise<void>((resolve) => (finish = resolve));
    models().answer(inOrder({ text: 'Hello', until }));
    const { socket } = await openAnthropic();

    const answer = await send(socket.path, MESSAGES, request({ stream: true }));
    const [first] = (await once(answer, 'data')) as [Buffer];
    expect(first.toString()).toContain('message_start');
    expect(models().requests[0]?.end).toBe('open');
    finish();
    let rest = '';
    for await (const piece of answer as AsyncIterable<Buffer>) rest += piece.toString();
    expect(rest).toContain('message_stop');
  });

  it('that breaks is recorded as far as it is known, and breaks for its agent too', async () => {
    let goOn: () => void = () => undefined;
    const until = new Promise<void>((resolve) => (goOn = resolve));
    models().answer(inOrder({ text: 'Hello', usage, until, breaks: 'in_stream' }));
    const { socket, records } = await openAnthropic();

    const answer = await send(socket.path, MESSAGES, request({ stream: true }));
    await once(answer, 'data');
    goOn();
    await expect(once(answer, 'end')).rejects.toThrow();
    await eventually(() => records('model_call').length === 1);
    expect(records('model_call')).toMatchObject([
      {
        status: 200,
        complete: false,
        error: 'stream_broken',
        input_tokens: 1_000,
        output_tokens: 1,
        cost_usd: '0.0011325',
      },
    ]);
  });

  it('without an answer is a 502 that its agent may repeat', async () => {
    models().answer(inOrder({ breaks: 'before_headers' }));
    const { socket, records } = await openAnthropic();

    const answer = await ask(socket.path, MESSAGES, request());
    expect(answer).toMatchObject({ status: 502, headers: { 'x-should-retry': 'true' } });
    expect(records('model_call')).toMatchObject([{ status: 502, complete: false, error: 'no_answer', cost_usd: '0' }]);
  });

  it('ends at the provider when its client goes', async () => {
    models().answer(inOrder({ text: 'Hello', usage, until: new Promise(() => undefined) }));
    const { socket, records } = await openAnthropic();
    const client = new AbortController();

    const answer = await send(socket.path, MESSAGES, request({ stream: true }), { signal: client.signal });
    await once(answer, 'data');
    answer.on('error', () => undefined);
    client.abort();

    await eventually(() => records('model_call').length === 1 && models().requests[0]?.end === 'client_gone');
    expect(records('model_call')).toMatchObject([{ complete: false, error: 'client_gone', input_tokens: 1_000 }]);
  });

  it('of a model without a price has no cost', async () => {
    models().answer(inOrder({ text: 'Hello' }));
    const { socket, records } = await openAnthropic();
    await ask(socket.path, MESSAGES, request({ model: 'claude-next-9' }));

    expect(records('model_call')).toMatchObject([{ model: 'claude-next-9', cost_usd: null, complete: true }]);
  });
});

describe('an error of the provider', () => {
  it('of status 429 passes with the time of its limit, and is reported', async () => {
    const reached: number[] = [];
    const guard: CallGuard = {
      authorize: () => undefined,
      limitReached: (_, time) => {
        reached.push(time);
        return Promise.resolve(false);
      },
    };
    const resetsAt = Math.floor(Date.now() / 1_000) + 3_600;
    const headers = {
      'anthropic-ratelimit-unified-reset': String(resetsAt),
      'anthropic-organization-id': 'org-secret',
    };
    models().answer(inOrder({ status: 429, headers }));
    const { socket, records } = await openAnthropic([guard]);

    const answer = await ask(socket.path, MESSAGES, request({ stream: true }));
    const iso = new Date(resetsAt * 1_000).toISOString();
    expect(answer).toMatchObject({ status: 429, headers: { 'anthropic-ratelimit-unified-reset': String(resetsAt) } });
    expect(answer.headers).not.toHaveProperty('anthropic-organization-id');
    expect(records('model_limit_reached')).toEqual([{ upstream: 'anthropic', resets_at: iso }]);
    expect(records('model_call')).toMatchObject([
      { status: 429, error: 'rate_limit_error', cost_usd: '0', complete: true },
    ]);
    expect(reached).toEqual([resetsAt * 1_000]);
  });

  it('of status 429 is kept from the agent by a guard, with every further call, and goes out again when it is let go', async () => {
    let asked = 0;
    const guard: CallGuard = { authorize: () => undefined, limitReached: () => Promise.resolve(++asked > 0) };
    models().answer(inOrder({ status: 429, headers: { 'retry-after': '60' } }, { text: 'One' }, { text: 'Two' }));
    const { socket, records } = await openAnthropic([guard]);

    const first = ask(socket.path, MESSAGES, request());
    await eventually(() => socket.held.calls === 1);
    const second = ask(socket.path, MESSAGES, request());
    await eventually(() => socket.held.calls === 2);
    expect(models().requests).toHaveLength(1);

    socket.release('limited');
    expect(await Promise.all([first, second])).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(asked).toBe(1);
    expect(records('model_call')).toMatchObject([{ status: 429 }, { status: 200 }, { status: 200 }]);
  });

  it('about the credential becomes one that agents do not repeat, and does not show it', async () => {
    models().answer(inOrder({ status: 401, message: `invalid key ${SECRET}` }));
    const { socket, records } = await openAnthropic();

    const answer = await ask(socket.path, MESSAGES, request());
    expect(answer).toMatchObject({ status: 403, headers: { 'x-should-retry': 'false' } });
    expect(answer.body).toContain('invalid key [removed]');
    expect(records('model_call')).toMatchObject([{ status: 401, error: 'authentication_error' }]);
  });

  it('of overload passes as it is', async () => {
    models().answer(inOrder({ status: 529, headers: { 'retry-after': '3' } }));
    const { socket } = await openAnthropic();

    await expect(ask(socket.path, MESSAGES, request())).resolves.toMatchObject({
      status: 529,
      headers: { 'retry-after': '3' },
    });
  });
});
