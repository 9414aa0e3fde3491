import { eventually, inOrder } from '@syntropic/testing';
import { COST, COSTLY as usage, FROM_AGENT, HAIKU, MESSAGES, request, useGateway } from '../../test/gateway.fixture';
import { ask, upstream } from '../../test/socket.fixture';
import type { CallGuard, CallRefusal } from './call-guard';

const { models, open, openAnthropic } = useGateway();

describe('a request that is not passed on', () => {
  it.each(['/anthropic/v1/files', '/anthropic/v1/messages/../files', '/other/v1/messages', '/', '/anthropic'])(
    'is one for %s',
    async (path) => {
      const { socket, records } = await openAnthropic();
      await expect(ask(socket.path, path, request())).resolves.toMatchObject({
        status: 404,
        headers: { 'x-should-retry': 'false' },
      });
      expect(models().requests).toEqual([]);
      expect(records('model_call')).toEqual([]);
    },
  );

  it('is one that a guard refuses; the others are settled with what they have used', async () => {
    let refusal: CallRefusal | undefined = { status: 402, code: 'budget_exceeded', message: 'the budget is spent' };
    const settled: unknown[] = [];
    const guard: CallGuard = {
      authorize: () => Promise.resolve(refusal),
      settle: (call, used) => settled.push([call.model, call.agentId, used.costUsd]),
    };
    models().answer(inOrder({ text: 'Hello', usage }));
    const { socket, records } = await openAnthropic([guard]);

    const refused = await ask(socket.path, MESSAGES, request(), { headers: FROM_AGENT });
    expect(refused).toMatchObject({ status: 402, headers: { 'x-should-retry': 'false' } });
    expect(JSON.parse(refused.body)).toMatchObject({ type: 'error', error: { code: 'budget_exceeded' } });
    expect(models().requests).toEqual([]);
    expect(records('model_call_refused')).toEqual([
      {
        upstream: 'anthropic',
        operation: 'messages',
        status: 402,
        code: 'budget_exceeded',
        message: 'the budget is spent',
      },
    ]);

    refusal = undefined;
    await ask(socket.path, MESSAGES, request(), { headers: FROM_AGENT });
    expect(settled).toEqual([[HAIKU, 'agent-7', COST]]);
  });

  it('is one of a provider whose credential is gone', async () => {
    const { socket } = await open({
      upstreams: [
        {
          ...upstream('anthropic', models().url),
          credential: { name: 'x-api-key', prefix: '', secret: { file: '/nowhere' } },
        },
      ],
    });
    await expect(ask(socket.path, MESSAGES, request())).resolves.toMatchObject({ status: 403 });
  });
});

describe('a held session', () => {
  const beginsToWait = (socket: { held: { calls: number } }, calls: number) =>
    eventually(() => socket.held.calls === calls);

  it('keeps calls from the provider until it is released', async () => {
    models().answer(() => ({ text: 'Hello' }));
    const { socket, records } = await openAnthropic();
    await socket.hold('paused');
    await socket.hold('lease_uncertain');
    const answers = [ask(socket.path, MESSAGES, request()), ask(socket.path, MESSAGES, request())];
    await beginsToWait(socket, 2);
    socket.release('paused');
    expect(socket.held.calls).toBe(2);
    expect(models().requests).toEqual([]);

    socket.release('lease_uncertain');
    await expect(Promise.all(answers)).resolves.toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(records('model_call')).toHaveLength(2);
  });

  it('discards a call whose client has gone', async () => {
    models().answer(() => ({ text: 'Hello' }));
    const { socket, records } = await openAnthropic();
    await socket.hold('paused');
    const client = new AbortController();
    const gone = ask(socket.path, MESSAGES, request({ n: 1 }), { signal: client.signal });
    await beginsToWait(socket, 1);
    client.abort();
    await expect(gone).rejects.toThrow();
    await beginsToWait(socket, 0);
    const again = ask(socket.path, MESSAGES, request({ n: 2 }));
    await beginsToWait(socket, 1);

    socket.release('paused');
    await again;
    expect(models().requests.map(({ body }) => body['n'])).toEqual([2]);
    expect(records('model_call')).toHaveLength(1);
  });

  it('is held when the calls in flight are answered', async () => {
    let finish: () => void = () => undefined;
    const until = new Promise<void>((resolve) => (finish = resolve));
    models().answer(inOrder({ text: 'Hello', until }));
    const { socket } = await openAnthropic();
    const answer = ask(socket.path, MESSAGES, request({ stream: true }));
    await eventually(() => socket.callsInFlight === 1);
    let isHeld = false;
    const held = socket.hold('paused').then(() => (isHeld = true));
    await new Promise(setImmediate);
    expect(isHeld).toBe(false);

    finish();
    await Promise.all([answer, held]);
    expect(socket.callsInFlight).toBe(0);
  });
});
