import { randomUUID } from 'node:crypto';
import type { Json } from './call';
import { useGateway } from './gateway.fixture';
import { completedRun as completed, nextMoment, observed, tokens } from './telemetry.fixture';

const gateway = useGateway();

const completedRun = () => completed(gateway);
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

const read = <Body = Json>(path: string, minPosition?: string) =>
  gateway.read(`/api${path}`, minPosition) as Promise<unknown> as Promise<Body>;

type Events = Readonly<{
  events: readonly Readonly<{ event_type: string; session_id: string; phase_id: string; data: Json }>[];
  next: string | null;
  has_more: boolean;
}>;

/** All pages of a list of events. */
async function allOf(path: string): Promise<Events['events']> {
  const found: Events['events'][number][] = [];
  for (let next: string | null = '', pages = 0; next !== null; pages++) {
    const response = await fetch(`${gateway.url}/api${path}${next && `&after=${encodeURIComponent(next)}`}`);
    const text = await response.text();
    expect([response.status, text.length <= MAX_ANSWER_BYTES]).toEqual([200, true]);
    const page = JSON.parse(text) as Events;
    expect(page.has_more).toBe(page.next !== null);
    found.push(...page.events);
    next = page.next;
    expect(pages).toBeLessThan(50);
  }
  return found;
}

describe('the events of a session', () => {
  it('come newest first, in pages that neither repeat nor miss one', async () => {
    const { sessionId, minPosition } = await completedRun();
    await read(`/sessions/${sessionId}`, minPosition);

    const events = await allOf(`/events/sessions/${sessionId}?limit=2`);
    expect(events.map(({ event_type }) => event_type).reverse()).toEqual([
      'token_usage',
      ...['tool_execution_started', 'tool_execution_completed', 'tool_execution_started', 'tool_execution_completed'],
      ...['token_usage', 'tool_execution_started', 'tool_execution_completed', 'message_response'],
    ]);
    expect(await read(`/events/sessions/${sessionId}?event_type=token_usage&offset=1`)).toMatchObject({
      ...{ count: 1, has_more: false, next: null },
      events: [{ event_type: 'token_usage', phase_id: 'plan', data: { message_id: 'm1' } }],
    });
  });

  it('that another platform has run are read by its whole id', async () => {
    const sessionId = `ext-${randomUUID()}`;
    const time = new Date().toISOString();
    const counts = { output_tokens: 1, cache_creation_tokens: 0, cache_read_tokens: 0 };
    const usage = { message_id: 'm', model: 'large', input_tokens: 7, ...counts };
    const about = { sessionId, executionId: null, phaseId: null, time };
    await gateway.observe(
      { ...about, id: randomUUID(), type: 'tool_execution_started', data: { tool_name: 'Bash', tool_use_id: 't' } },
      { ...about, id: randomUUID(), type: 'token_usage', data: usage },
    );

    expect(await allOf(`/events/sessions/${sessionId}?limit=10`)).toHaveLength(2);
    expect(await read(`/events/sessions/${sessionId}/costs`)).toMatchObject({ session_id: sessionId, input_tokens: 7 });
    expect(await read(`/observability/sessions/${sessionId}/tools`)).toMatchObject({ total_executions: 1 });
    const other = await gateway.call('GET', `/api/events/sessions/${sessionId.slice(0, 12)}/timeline`);
    expect(other).toMatchObject({ status: 404, body: { code: 'session.not_found' } });
  });

  it('of one moment keep their order', async () => {
    const { sessionId, executionId } = await completedRun();
    const time = nextMoment();
    const said = Array.from({ length: 5 }, (_, n) => ({
      ...observed({ sessionId, executionId }, 'thinking', { n }),
      time,
    }));
    await gateway.observe(...said);

    const events = await allOf(`/events/sessions/${sessionId}?limit=2&event_type=thinking`);
    expect(events.map(({ data }) => data['n'])).toEqual([4, 3, 2, 1, 0]);
  });

  it('fit into answers of 4 MiB, however large they are', async () => {
    const { sessionId, executionId } = await completedRun();
    const texts = Array.from({ length: 300 }, (_, n) => `${n}${'"'.repeat(16_000)}`);
    await gateway.observe(...texts.map((text) => observed({ sessionId, executionId }, 'agent_output', { text })));

    const events = await allOf(`/events/sessions/${sessionId}?limit=1000&event_type=agent_output`);
    expect(events.map(({ data }) => data['text']).reverse()).toEqual(texts);
  });

  it('are among the newest of all sessions', async () => {
    const run = await completedRun();
    const last = { ...observed(run, 'git_commit', { sha: 'abc' }), time: new Date().toISOString() };
    await gateway.observe(last);

    expect(await read('/events/recent?limit=1')).toMatchObject({
      has_more: true,
      events: [
        { event_type: 'git_commit', session_id: run.sessionId, execution_id: run.executionId, phase_id: 'plan' },
      ],
    });
    expect((await read<Events>('/events/recent?event_type=message_response')).events[0]).toMatchObject({
      session_id: run.sessionId,
    });
  });

  it('tell in a timeline what it did, oldest first, and nothing of accounts', async () => {
    const { sessionId, minPosition } = await completedRun();
    await read(`/sessions/${sessionId}`, minPosition);
    const page = async (query: string) => {
      const response = await fetch(`${gateway.url}/api/events/sessions/${sessionId}/timeline?${query}`);
      return { next: response.headers.get('x-next'), entries: (await response.json()) as Json[] };
    };

    const first = await page('limit=4');
    expect(first.entries.at(-1)).toMatchObject({
      ...{ event_type: 'tool_execution_completed', tool_name: 'Read', duration_ms: 30, success: false },
    });
    const rest = await page(`after=${encodeURIComponent(first.next ?? '')}`);
    expect(rest.next).toBeNull();
    expect(rest.entries.map(({ event_type }) => event_type)).toEqual([
      ...['tool_execution_started', 'tool_execution_completed', 'message_response'],
    ]);
  });
});

describe('the tools of a session', () => {
  it('are counted with their outcomes and durations', async () => {
    const { sessionId, minPosition } = await completedRun();

    expect(await read(`/events/sessions/${sessionId}/tools`, minPosition)).toEqual(
      [
        ...[{ tool_name: 'Bash', call_count: 2, success_count: 2, error_count: 0 }],
        ...[{ tool_name: 'Read', call_count: 1, success_count: 0, error_count: 1 }],
      ].map((summary) => ({ ...summary, total_duration_ms: 30 * summary.call_count, avg_duration_ms: 30 })),
    );
  });

  it('are listed one by one, with or without refused ones', async () => {
    const { sessionId, executionId, minPosition } = await completedRun();
    await gateway.observe(observed({ sessionId, executionId }, 'tool_blocked', { tool_name: 'Bash', reason: 'no' }));
    await read(`/sessions/${sessionId}`, minPosition);
    const path = `/observability/sessions/${sessionId}/tools`;

    const all = await read(`${path}?limit=6`);
    expect(all).toMatchObject({ total_executions: 7, next: expect.any(String) as string });
    expect(await read(`${path}?after=${encodeURIComponent(String(all['next']))}`)).toMatchObject({
      ...{ total_executions: 7, next: null },
      executions: [{ operation_type: 'tool_blocked', tool_name: 'Bash', success: false }],
    });
    expect(await read(`${path}?include_blocked=false`)).toMatchObject({ total_executions: 6, next: null });
  });
});

describe('the model calls of a session', () => {
  it('come one by one beside their sum', async () => {
    const { sessionId, minPosition } = await completedRun();

    expect(await read(`/observability/sessions/${sessionId}/tokens`, minPosition)).toMatchObject({
      records: [
        { model: 'large', input_tokens: 300, cost_usd: '0.3' },
        { model: 'large', input_tokens: 100, cost_usd: '0.1' },
      ],
    });
    expect(await read(`/observability/sessions/${sessionId}/tokens?include_records=false`)).toMatchObject({
      ...tokens,
      records: [],
    });
  });
});
