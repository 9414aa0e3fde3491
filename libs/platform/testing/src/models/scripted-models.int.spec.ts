import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { eventually } from '../eventually';
import { useModels } from '../spec-servers';
import { inOrder } from './scripted-models';

const SESSION = { 'x-claude-code-session-id': 'one' };

type Event = Readonly<{ type: string; message?: object; usage?: object; delta?: object; response?: object }>;

describe('the scripted model server', () => {
  const models = useModels();
  beforeEach(() => {
    models().clear();
  });

  const ask = (path: string, body: object, init: RequestInit = {}) =>
    fetch(models().url + path, { method: 'POST', body: JSON.stringify({ model: 'm-1', ...body }), ...init });
  const messages = (text: string, headers: Record<string, string> = SESSION) =>
    ask('/anthropic/v1/messages?beta=true', { stream: true, messages: [{ role: 'user', content: text }] }, { headers });
  const responses = (input: unknown) => ask('/openai/v1/responses', { stream: true, input });

  it("streams a turn in Anthropic's events and claims its usage", async () => {
    const usage = { inputTokens: 7, outputTokens: 9, cacheReadTokens: 5, cacheWrite1hTokens: 3 };
    const tools = [{ name: 'Bash', input: { command: 'ls' }, id: 'toolu_1' }];
    models().answer(inOrder({ text: 'Hello there', tools, usage, deltas: 2 }));

    const events = await eventsOf(await messages('list the files'));
    expect(events.map(({ type }) => type)).toEqual([
      'message_start',
      ...['content_block_start', 'content_block_delta', 'content_block_delta', 'content_block_stop'],
      ...['content_block_start', 'content_block_delta', 'content_block_stop'],
      'message_delta',
      'message_stop',
    ]);
    expect(events.at(-2)).toMatchObject({
      delta: { stop_reason: 'tool_use' },
      usage: { input_tokens: 7, cache_creation_input_tokens: 3, cache_read_input_tokens: 5, output_tokens: 9 },
    });
    expect(models().requests).toMatchObject([
      { api: 'anthropic-messages', session: 'one', model: 'm-1', text: 'list the files', end: 'answered', usage },
    ]);
  });

  it("streams a turn in OpenAI's events, where cached tokens are a part of the input", async () => {
    models().answer(inOrder({ text: 'Done', usage: { inputTokens: 7, cacheReadTokens: 5, outputTokens: 9 } }));

    const events = await eventsOf(
      await responses([
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'run it' }] },
        { type: 'function_call', call_id: 'call_1', name: 'shell', arguments: '{}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'it ran' },
      ]),
    );
    expect(events.at(-1)).toMatchObject({
      type: 'response.completed',
      response: { usage: { input_tokens: 12, input_tokens_details: { cached_tokens: 5 }, total_tokens: 21 } },
    });
    expect(models().requests).toMatchObject([
      { api: 'openai-responses', text: '', toolResults: [{ id: 'call_1', text: 'it ran' }], status: 200 },
    ]);
  });

  it('answers each conversation in order, and refuses what is beyond the script', async () => {
    const headers = { 'retry-after': '7' };
    models().answer(inOrder({ status: 429, headers }, { text: 'first' }));

    const refused = await messages('again');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
    await expect(refused.json()).resolves.toMatchObject({ error: { type: 'rate_limit_error' } });
    expect((await messages('other', { 'x-claude-code-session-id': 'two' })).status).toBe(429);
    expect((await messages('again')).status).toBe(200);
    expect((await messages('again')).status).toBe(400);
    expect(models().requests.map(({ end }) => end)).toEqual(['refused', 'refused', 'answered', 'refused']);
  });

  it('answers without a stream when none is asked for', async () => {
    models().answer(inOrder({ text: 'short' }));

    const answer = await ask('/v1/messages', { messages: [] });
    await expect(answer.json()).resolves.toMatchObject({ content: [{ text: 'short' }], usage: { output_tokens: 50 } });
  });

  it('breaks a connection instead of an answer, or before a stream has claimed its usage', async () => {
    models().answer(inOrder({ breaks: 'before_headers' }, { text: 'cut', breaks: 'in_stream' }));

    await expect(messages('one')).rejects.toThrow();
    await expect(messages('two').then(eventsOf)).rejects.toThrow();
    expect(models().requests).toMatchObject([
      { end: 'broken', usage: undefined },
      { end: 'broken', usage: undefined },
    ]);
  });

  it('holds a stream until its promise resolves, and records a client that has gone', async () => {
    models().answer(inOrder({ text: 'never read', until: new Promise(() => undefined) }));

    const abort = new AbortController();
    await ask('/v1/messages', { stream: true, messages: [] }, { signal: abort.signal });
    expect(models().requests).toMatchObject([{ end: 'open' }]);
    abort.abort();
    await eventually(() => {
      expect(models().requests).toMatchObject([{ end: 'client_gone', usage: undefined }]);
    });
  });

  it('tells the client why a script has failed, and knows no other route', async () => {
    models().answer(() => Promise.reject(new Error('no such file')));

    await expect((await messages('one')).text()).resolves.toContain('no such file');
    expect((await fetch(`${models().url}/v1/models`)).status).toBe(404);
  });
});

async function eventsOf(response: Response): Promise<Event[]> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  parser.feed(await response.text());
  return events.map(({ data }) => JSON.parse(data) as Event);
}
