import { inOrder } from '@syntropic/testing';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FROM_AGENT, SECRET, useGateway } from '../../test/gateway.fixture';
import { ask, upstream } from '../../test/socket.fixture';

const { models, open } = useGateway();

const ID = expect.stringMatching(/^(req|msg|resp)_\d+$/) as unknown;

describe("OpenAI's APIs", () => {
  it.each([true, false])(
    'pass through, and cached tokens are beside the input in the record (stream: %s)',
    async (stream) => {
      models().answer(inOrder({ text: 'Hello', usage: { inputTokens: 70, cacheReadTokens: 50, outputTokens: 9 } }));
      const { socket, records } = await open({ upstreams: [upstream('openai', models().url, SECRET)] });

      const answer = await ask(
        socket.path,
        '/openai/v1/responses',
        { model: 'gpt-9', stream, input: 'Hi' },
        { headers: FROM_AGENT },
      );
      expect(answer.status).toBe(200);
      expect(models().requests[0]?.headers).toMatchObject({ authorization: `Bearer ${SECRET}` });
      expect(models().requests[0]?.headers).not.toHaveProperty('x-api-key');
      expect(records('model_call')).toMatchObject([
        {
          ...{ operation: 'responses', model: 'gpt-9', message_id: ID, complete: true, cost_usd: null },
          ...{ input_tokens: 70, cache_read_tokens: 50, output_tokens: 9 },
        },
      ]);
    },
  );

  it('have their cost at the price of the model, with caches and the fees of searches in the web', async () => {
    const usage = { inputTokens: 900, cacheReadTokens: 50, cacheWrite5mTokens: 50, outputTokens: 10, webSearches: 2 };
    models().answer(inOrder({ text: 'Hello', usage }));
    const { socket, records } = await open({ upstreams: [upstream('openai', models().url, SECRET)] });

    await ask(socket.path, '/openai/v1/responses', { model: 'gpt-6-sol-2026-09-22', stream: true, input: 'Hi' });

    // 2, 10, 0.20 and 2.50 dollars per million tokens, and a cent for each search.
    expect(records('model_call')).toMatchObject([
      {
        ...{ input_tokens: 900, cache_read_tokens: 50, cache_creation_tokens: 50, output_tokens: 10 },
        ...{ web_search_requests: 2, cost_usd: '0.022035' },
      },
    ]);
  });

  it.each([
    ['/openai/v1/responses', { input: 'Hi' }, { max_output_tokens: 300 }],
    ['/openai/v1/responses', { max_output_tokens: 5_000, input: 'Hi' }, { max_output_tokens: 300 }],
    ['/openai/v1/responses', { input: 'Hi', max_output_tokens: 'all' }, { max_output_tokens: 300 }],
    ['/openai/v1/responses', { max_output_tokens: 20, input: 'Hi' }, { max_output_tokens: 20 }],
    ['/openai/v1/chat/completions', { messages: [], stream: false }, { max_completion_tokens: 300 }],
    ['/openai/v1/chat/completions', { max_tokens: 301, messages: [] }, { max_tokens: 300 }],
    ['/openai/v1/chat/completions', { stream: true, max_tokens: 301, stream_options: {} }, { max_tokens: 300 }],
  ])('pass on to %s no request for longer answers than the session may have: %j', async (path, asked, limit) => {
    const bodies: unknown[] = [];
    const url = await serve(async (incoming, response) => {
      bodies.push(JSON.parse(await bodyOf(incoming)));
      response.end('{}');
    });
    const { socket } = await open({ upstreams: [upstream('openai', url)], maxOutputTokens: 300 });

    await ask(socket.path, path, asked);

    const streamed = 'stream_options' in asked ? { stream_options: { include_usage: true } } : {};
    expect(bodies).toEqual([{ ...asked, ...streamed, ...limit }]);
  });

  const usageOfChat = { prompt_tokens: 30, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 10 } };

  it('stream chats that are made to tell their usage, however the bytes are cut', async () => {
    const bodies: unknown[] = [];
    const url = await serve(async (incoming, response) => {
      bodies.push(JSON.parse(await bodyOf(incoming)));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const chunk = (more: object) =>
        `data: ${JSON.stringify({ id: 'chat-1', model: 'gpt-9', choices: [], ...more })}\r\n\r\n`;
      const stream = Buffer.from(`${chunk({ usage: null })}${chunk({ usage: usageOfChat })}data: [DONE]\r\n\r\n`);
      for (const byte of stream) {
        response.write(Buffer.from([byte]));
        await new Promise(setImmediate);
      }
      response.end();
    });
    const { socket, records } = await open({ upstreams: [upstream('openai', url)] });

    await ask(socket.path, '/openai/v1/chat/completions', { stream: true, messages: [] });
    await ask(socket.path, '/openai/chat/completions', {
      stream_options: { a: 1, include_usage: false },
      stream: true,
    });
    expect(bodies).toEqual([
      { stream: true, messages: [], stream_options: { include_usage: true } },
      { stream: true, stream_options: { a: 1, include_usage: true } },
    ]);
    const tokens = { input_tokens: 20, cache_read_tokens: 10, output_tokens: 4 };
    expect(records('model_call')).toMatchObject([
      { operation: 'chat_completions', model: 'gpt-9', complete: true, ...tokens },
      { complete: true, ...tokens },
    ]);
  });

  it('answer chats in one document', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 'chat-1', model: 'gpt-9', usage: usageOfChat }));
    });
    const { socket, records } = await open({ upstreams: [upstream('openai', url, SECRET, 'mine')] });
    await ask(socket.path, '/mine/v1/chat/completions', { messages: [] });

    expect(records('model_call')).toMatchObject([
      { upstream: 'mine', input_tokens: 20, cache_read_tokens: 10, complete: true },
    ]);
  });
});

const servers: { close: () => void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A provider of its own kind; returns its address. */
async function serve(
  listener: RequestListener | ((...args: Parameters<RequestListener>) => Promise<void>),
): Promise<string> {
  const server = createServer((incoming, response) => void listener(incoming, response));
  servers.push({
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(incoming: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  return Buffer.concat(parts).toString();
}
