import type { Json } from './call';
import { useGateway } from './gateway.fixture';
import { completedRun as completed, cost, openRun as open, tokens } from './telemetry.fixture';

const gateway = useGateway();

const completedRun = () => completed(gateway);
const openRun = (workflowId: string) => open(gateway, workflowId);

const read = (path: string, minPosition?: string) => gateway.read(`/api${path}`, minPosition);

describe('what a run has used', () => {
  it('is the same to the cent wherever it is asked for', async () => {
    const { executionId, sessionId, workflowId, minPosition } = await completedRun();
    const at = (path: string) => read(path, minPosition);
    const cost_by_model = { large: '0.300000001', small: '0.07' };
    const account = { total_cost_usd: cost, token_cost_usd: cost, compute_cost_usd: '0', ...tokens, cost_by_model };
    const session = {
      ...account,
      tool_calls: 3,
      turns: 2,
      duration_ms: 1_500,
      is_finalized: true,
      session_id: sessionId,
    };
    const execution = { ...account, tool_calls: 3, turns: 2, duration_ms: 1_500, is_complete: true, session_count: 1 };
    const totals = { total_cost_usd: cost, total_tokens: 164 };

    expect(await at(`/executions/${executionId}`)).toMatchObject({ ...totals, cost_by_model });
    expect(await at(`/sessions/${sessionId}`)).toMatchObject({ ...tokens, total_cost_usd: cost, cost_by_model });
    expect(await at(`/costs/sessions/${sessionId}`)).toMatchObject({
      ...session,
      workspace_id: expect.any(String) as string,
    });
    expect(await at(`/costs/sessions?execution_id=${executionId}`)).toMatchObject([session]);
    expect(await at(`/costs/executions/${executionId}`)).toMatchObject({ ...execution, cost_by_phase: { plan: cost } });
    expect(await at(`/costs/executions?workflow_id=${workflowId}`)).toMatchObject([
      { ...execution, cost_by_phase: { plan: cost } },
    ]);
    expect(await at(`/events/sessions/${sessionId}/costs`)).toEqual({
      session_id: sessionId,
      ...tokens,
      estimated_cost_usd: 0.370000001,
    });
    expect(await at(`/observability/sessions/${sessionId}/tokens`)).toMatchObject({ ...tokens, total_cost_usd: cost });
    expect(await at(`/metrics?workflow_id=${workflowId}`)).toMatchObject({
      ...totals,
      ...{ total_workflows: 1, completed_workflows: 1, failed_workflows: 0, total_sessions: 1 },
      ...{ total_artifacts: 1, total_artifact_bytes: 3 },
      phases: [
        {
          ...{ workflow_id: workflowId, phase_id: 'plan', phase_name: 'plan', status: 'completed', cost_usd: cost },
          ...{ total_tokens: 164, duration_seconds: 1.5, artifact_count: 1 },
        },
      ],
    });
  });

  it('includes what only telemetry knows of lost and running sessions', async () => {
    const { workflowId } = await completedRun();
    const { executionId, lost, running, minPosition } = await openRun(workflowId);
    const at = (path: string) => read(path, minPosition);

    expect(await at(`/executions/${executionId}`)).toMatchObject({ total_cost_usd: '0.07', total_tokens: 70 });
    expect(await at(`/costs/executions/${executionId}?include_session_ids=true`)).toMatchObject({
      ...{ total_cost_usd: '0.07', total_tokens: 70, session_count: 2, is_complete: false },
      cost_by_phase: { plan: '0.07' },
      session_ids: [lost, running],
    });
    expect(await at(`/costs/sessions/${lost}`)).toMatchObject({ total_cost_usd: '0.05', is_finalized: false });
    expect(await at(`/metrics?workflow_id=${workflowId}`)).toMatchObject({
      ...{ total_cost_usd: '0.440000001', total_tokens: 234, cost_complete: false, total_sessions: 3 },
      ...{ total_executions: 2, active_workflows: 1 },
    });
  });

  it('adds up over everything as over the executions', async () => {
    const { minPosition } = await completedRun();

    const summary = await read('/costs/summary', minPosition);
    const everything = await read('/insights/cost?window_hours=1000', minPosition);
    const metrics = await read('/metrics', minPosition);
    const { total_cost_usd, total_tokens, execution_count } = everything;
    expect(summary).toMatchObject({ total_cost_usd, total_tokens, total_executions: execution_count });
    expect(metrics).toMatchObject({ total_cost_usd, total_tokens, total_executions: execution_count });
    expect(summary['top_models']).toContainEqual(expect.objectContaining({ model: 'large' }));
    expect((summary['top_sessions'] as Json[])[0]).toMatchObject({ total_cost_usd: cost, total_tokens: 164 });
  });

  it('is divided among the tools that its model calls ordered', async () => {
    const { sessionId, executionId, minPosition } = await completedRun();

    // Three quarters for a call that ordered Bash and Read, one for a call that ordered Bash.
    expect(await read(`/costs/sessions/${sessionId}`, minPosition)).toMatchObject({
      cost_by_tool: { Bash: '0.231250001', Read: '0.13875' },
      tokens_by_tool: { Bash: 103, Read: 62 },
    });
    expect(await read(`/costs/executions/${executionId}`, minPosition)).toMatchObject({
      cost_by_tool: { Bash: '0.231250001', Read: '0.13875' },
    });
    expect(await read(`/costs/sessions/${sessionId}?include_breakdown=false`, minPosition)).toMatchObject({
      ...{ total_cost_usd: cost, cost_by_model: {}, cost_by_tool: {} },
    });
  });
});

describe('lists of costs', () => {
  it('have pages with their true total, and filter first', async () => {
    const { workflowId } = await completedRun();
    const { executionId, lost, running, minPosition } = await openRun(workflowId);
    const list = async (query: string) => {
      const path = `/api/costs/sessions?workflow_id=${workflowId}&${query}`;
      const response = await fetch(`${gateway.url}${path}`, { headers: { 'x-min-position': minPosition } });
      const rows = (await response.json()) as readonly Readonly<{ session_id: string }>[];
      return [response.headers.get('x-total-count'), ...rows.map(({ session_id }) => session_id)];
    };

    expect(await list('limit=1')).toEqual(['3', running]);
    expect(await list('limit=1&offset=1')).toEqual(['3', lost]);
    expect(await list(`execution_id=${executionId}`)).toEqual(['2', running, lost]);
    expect(await list('started_before=2020-01-01T00:00:00Z')).toEqual(['0']);
    expect(await list('started_after=2020-01-01T00:00:00Z&limit=2')).toEqual(['3', running, lost]);
  });
});

describe('bad requests', () => {
  it.each([
    ...['/events/sessions/X', '/events/sessions/X/costs', '/events/sessions/X/timeline', '/events/sessions/X/tools'],
    ...['/observability/sessions/X/tokens', '/observability/sessions/X/tools', '/costs/sessions/X'],
    ...['/conversations/X', '/conversations/X/metadata', '/costs/executions/X', '/metrics?workflow_id=X'],
  ])('%s names what is not there', async (path) => {
    const { status, body } = await gateway.call('GET', `/api${path.replace('X', 'none-such')}`);
    expect([status, body['code']]).toEqual([404, expect.stringMatching(/not_found$/)]);
  });

  it('finds sessions by the beginning of their id', async () => {
    const { sessionId, minPosition } = await completedRun();
    expect(await read(`/costs/sessions/${sessionId.slice(0, 13)}`, minPosition)).toMatchObject({
      session_id: sessionId,
    });
  });

  it.each([
    ['/events/recent?after=yesterday', 'after'],
    ['/events/recent?after=2026-13-01T00:00:00.000000Z_1_00000000-0000-0000-0000-000000000000', 'after'],
    ['/events/recent?limit=201', 'limit'],
    ['/costs/sessions?started_after=never', 'started_after'],
    ['/costs/executions?limit=0', 'limit'],
  ])('%s names the field', async (path, field) => {
    const { status, body } = await gateway.call('GET', `/api${path}`);
    expect([status, body]).toMatchObject([422, { detail: expect.stringContaining(field) as string }]);
  });
});
