import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { useIngestion } from '../testing/ingest.fixture';
import { attributes, log, logs, messageOf, nanos, span, spans } from '../testing/otlp-messages';

const { send, rows, ownSession } = useIngestion();

/** Sends the same request in each form. */
const FORMS = [
  ['JSON', (signal: string, body: object) => send(`/v1/${signal}`, { body: JSON.stringify(body) })],
  [
    'Protobuf, compressed',
    async (signal: string, body: object) => {
      const request = messageOf(signal, 'Request');
      const bytes = gzipSync(request.encode(request.fromObject(body)).finish());
      const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
      return send(`/v1/${signal}`, { body: bytes, headers });
    },
  ],
] as const;

describe.each(FORMS)('OTLP in %s', (form, sendIn) => {
  it('has the events of Claude Code, with its calls and their cost', async () => {
    const session = randomUUID();
    const request = logs(
      log('claude_code.tool_result', {
        'session.id': session,
        tool_name: 'Bash',
        tool_use_id: 'toolu_1',
        success: 'false',
        duration_ms: 12,
      }),
      log('claude_code.tool_result', { 'session.id': session, tool_name: 'Bash', success: 'true' }),
      log('claude_code.user_prompt', { 'session.id': session, prompt: 'hello', 'prompt.id': 'p1' }),
      log('claude_code.api_request', {
        'session.id': session,
        request_id: 'req_1',
        model: 'claude-haiku-4-5',
        input_tokens: 100,
        output_tokens: '20',
        cost_usd: '0.0125',
      }),
      log('something', { 'session.id': session }),
    );
    await expect(sendIn('logs', request)).resolves.toMatchObject({ status: 200 });
    await sendIn('logs', request);

    const stored = await rows(session);
    expect(stored.map(({ type }) => type).sort()).toEqual([
      'api_request',
      'otlp_log',
      'otlp_log',
      'token_usage',
      'tool_execution_completed',
      'user_prompt_submitted',
    ]);
    expect(stored.find(({ type }) => type === 'token_usage')?.data).toMatchObject({
      message_id: 'req_1',
      input_tokens: 100,
      output_tokens: 20,
      cost_usd: '0.0125',
    });
    expect(stored.find(({ type }) => type === 'tool_execution_completed')?.data).toMatchObject({
      tool_name: 'Bash',
      success: false,
      duration_ms: 12,
    });
  });

  it('has the spans of the GenAI conventions', async () => {
    const session = randomUUID();
    const own = { 'gen_ai.conversation.id': session };
    const request = spans(
      span('chat m', {
        ...own,
        'gen_ai.operation.name': 'chat',
        'gen_ai.response.id': 'msg_1',
        'gen_ai.response.model': 'claude-haiku-4-5',
        'gen_ai.usage.input_tokens': 1000,
        'gen_ai.usage.cache_read.input_tokens': 600,
        'gen_ai.usage.cache_creation.input_tokens': 100,
        'gen_ai.usage.output_tokens': 7,
      }),
      span('execute_tool Bash', {
        ...own,
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'Bash',
        'gen_ai.tool.call.id': 'toolu_1',
      }),
    );
    await expect(sendIn('traces', request)).resolves.toMatchObject({ status: 200 });

    const stored = await rows(session);
    expect(stored.map(({ type }) => type).sort()).toEqual([
      'otlp_span',
      'token_usage',
      'tool_execution_completed',
      'tool_execution_started',
    ]);
    expect(stored.find(({ type }) => type === 'token_usage')?.data).toMatchObject({
      input_tokens: 300,
      cache_read_tokens: 600,
      cache_creation_tokens: 100,
      output_tokens: 7,
    });
  });

  it('has data points, none of which is a call', async () => {
    const session = randomUUID();
    const points = (asDouble: number) => ({
      dataPoints: [{ timeUnixNano: nanos(), asDouble, attributes: attributes({ 'session.id': session }) }],
    });
    const request = {
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                { name: 'claude_code.cost.usage', unit: 'USD', sum: points(0.5) },
                { name: 'claude_code.token.usage', sum: points(300) },
              ],
            },
          ],
        },
      ],
    };
    await expect(sendIn('metrics', request)).resolves.toMatchObject({ status: 200 });
    await expect(rows(session)).resolves.toMatchObject([
      { type: 'cost_recorded', data: { metric_name: 'claude_code.cost.usage', value: 0.5 } },
      { type: 'otlp_metric', data: { value: 300 } },
    ]);
  });

  it('adds nothing to the account of a session that the platform runs', async () => {
    const { sessionId, executionId } = await ownSession();
    const call = { 'session.id': sessionId, request_id: 'r', model: 'claude-haiku-4-5', input_tokens: 5 };
    await sendIn('logs', logs(log('claude_code.api_request', call)));
    await expect(rows(sessionId)).resolves.toMatchObject([{ type: 'api_request', execution_id: executionId }]);
  });

  it('tells which records were rejected, and stores the others', async () => {
    const session = randomUUID();
    const answer = await sendIn(
      'logs',
      logs(
        log('of no session', {}),
        { ...log('late', { 'session.id': session }), timeUnixNano: '1' },
        log('good', { 'session.id': session }),
      ),
    );
    expect(answer.status).toBe(200);
    await expect(rows(session)).resolves.toHaveLength(1);
    if (form === 'JSON') {
      expect(answer.body).toMatchObject({
        partialSuccess: { rejectedLogRecords: '2', errorMessage: expect.stringContaining('session.id') as string },
      });
    }
  });
});
