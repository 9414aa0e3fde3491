import { randomUUID } from 'node:crypto';
import type { Json } from './call';
import { useGateway } from './gateway.fixture';
import { completedRun } from './telemetry.fixture';

const gateway = useGateway();

const read = (path: string, minPosition?: string) => gateway.read(`/api${path}`, minPosition);
const dayOf = (ms: number) => new Date(ms).toISOString();
/** The fixture's telemetry is some hours old. */
const SPAN = `unit=day&from=${dayOf(Date.now() - 86_400_000)}`;

const sumsOf = (answer: Json) => answer['sums'] as readonly Json[];

describe('sums of usage', () => {
  it('are those of an execution, by what is asked for', async () => {
    const { executionId, sessionId, minPosition } = await completedRun(gateway);
    await completedRun(gateway);
    await read(`/executions/${executionId}`, minPosition);

    const whole = await read(`/observability/usage?${SPAN}&by=execution&execution_id=${executionId}`);
    expect(sumsOf(whole)).toHaveLength(1);
    expect(sumsOf(whole)[0]).toMatchObject({ execution_id: executionId, input_tokens: 400, cost_usd: '0.4' });
    const parts = await read(`/observability/usage?${SPAN}&by=time,session,model&execution_id=${executionId}`);
    expect(sumsOf(parts)).toMatchObject([{ session_id: sessionId, model: 'large', total_tokens: 400 }]);
    expect(sumsOf(parts)[0]?.['time']).toMatch(/T00:00:00\.000Z$/);
    const all = await read(`/observability/usage?${SPAN}&by=execution`);
    expect(sumsOf(all).length).toBeGreaterThanOrEqual(2);
    expect(all).toMatchObject({ unit: 'day', is_complete: true });
  });

  it('are empty for a repository without executions, and refused for one that there is not', async () => {
    const none = await gateway.call('GET', '/api/observability/usage?repo_id=repo-00000000');
    expect(none).toMatchObject({ status: 404, body: { code: 'repo.not_found' } });
  });

  it.each([
    ['unit=second', 'unit'],
    ['by=weather', 'by'],
    ['unit=minute&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z', 'from'],
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'],
  ])('are refused for %s', async (query, field) => {
    const answer = await gateway.call('GET', `/api/observability/usage?${query}`);
    expect(answer.status).toBe(422);
    expect(String(answer.body['field'])).toMatch(new RegExp(`^${field}`));
  });
});

describe('sums of tools', () => {
  it('count outcomes, and tell how long calls take', async () => {
    const { executionId, minPosition } = await completedRun(gateway);
    await read(`/executions/${executionId}`, minPosition);

    const { tools } = await read(`/observability/tools?${SPAN}&execution_id=${executionId}`);
    expect(tools).toEqual([
      expect.objectContaining({ tool_name: 'Bash', succeeded: 2, failed: 0, total_duration_ms: 60 }),
      expect.objectContaining({ tool_name: 'Read', total_duration_ms: 30 }),
    ]);
    const [{ p50_ms: median } = {}] = tools as readonly Readonly<{ p50_ms?: number }>[];
    expect(median).toBeGreaterThan(27);
    expect(median).toBeLessThan(33);
  });
});

describe('a search in what was said', () => {
  it('finds words in all sessions or in one, page by page, with the part around them', async () => {
    const word = `w${randomUUID().replaceAll('-', '')}`;
    const sessions = [randomUUID(), randomUUID()];
    const said = Array.from({ length: 5 }, (_, index) => ({
      id: randomUUID(),
      type: 'message_response',
      time: new Date(Date.now() - index * 1_000).toISOString(),
      sessionId: sessions[index % 2] ?? '',
      executionId: null,
      phaseId: null,
      data: { text: `number ${index} of ${word}` },
    }));
    await gateway.observe(...said);

    const found: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page = await read(`/conversations/search?q=${word}&limit=2${next && `&after=${next}`}`);
      found.push(...(page['texts'] as readonly Readonly<{ excerpt: string }>[]).map(({ excerpt }) => excerpt));
      ({ next } = page as { next: string | null });
    }
    expect(found).toEqual(said.map(({ data }) => data.text));
    const inOne = await read(`/conversations/search?q=${word}&session_id=${sessions[1] ?? ''}`);
    expect(inOne).toMatchObject({ texts: [{ session_id: sessions[1] }, { session_id: sessions[1] }], next: null });
    expect(await read(`/conversations/search?q=${word}%20-4`)).toMatchObject({ next: null });
    const without = await gateway.call('GET', '/api/conversations/search?q=%20');
    expect(without).toMatchObject({ status: 422, body: { field: 'q' } });
  });
});
