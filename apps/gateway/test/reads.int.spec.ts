import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Json } from './call';
import { anExecutionId, factsOf, phase, workflowCreated } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const read = (path: string, minPosition?: string) => gateway.call('GET', path, { minPosition });

describe('workflows', () => {
  it('are sorted before they are divided into pages, and counted as a whole', async () => {
    let minPosition = '';
    for (const [index, name] of ['delta', 'alpha', 'charlie', 'bravo', 'echo'].entries()) {
      const created = workflowCreated(`sorted-${name}`, {
        name,
        workflowType: 'review',
        phases: [phase('plan', index + 1)],
      });
      ({ minPosition } = await gateway.record(`workflow-sorted-${name}`, [created]));
    }
    const page = async (number: number) => {
      const { body } = await read(
        `/api/workflows?workflow_type=review&order_by=name&page_size=2&page=${number}`,
        minPosition,
      );
      return { names: (body['workflows'] as Json[]).map(({ name }) => name), total: body['total'] };
    };

    expect(await page(1)).toEqual({ names: ['alpha', 'bravo'], total: 5 });
    expect(await page(2)).toEqual({ names: ['charlie', 'delta'], total: 5 });
    expect(await page(3)).toEqual({ names: ['echo'], total: 5 });
  });

  it('are found by the start of their id, unless several begin so', async () => {
    await gateway.record('workflow-prefix-one', [workflowCreated('prefix-one')]);
    const { minPosition } = await gateway.record('workflow-prefix-two', [workflowCreated('prefix-two')]);

    expect((await read('/api/workflows/prefix-o', minPosition)).body).toMatchObject({ id: 'prefix-one' });
    expect(await read('/api/workflows/prefix-')).toMatchObject({
      status: 409,
      body: { code: 'id.ambiguous', detail: expect.stringContaining('prefix-one, prefix-two') as string },
    });
    expect(await read('/api/v1/workflows/no-such')).toMatchObject({
      status: 404,
      body: { code: 'workflow.not_found' },
    });
  });
});

describe('a query', () => {
  it('waits for what its caller has written', async () => {
    const { minPosition } = await gateway.record('workflow-fresh', [workflowCreated('fresh')]);

    expect((await read('/api/workflows/fresh', minPosition)).status).toBe(200);
  });

  it('says that it is behind, and when to come back', async () => {
    const { minPosition } = await gateway.record('workflow-later', [workflowCreated('later')]);
    const [epoch = '', position = ''] = minPosition.split('.');

    const answer = await read('/api/workflows/later', `${epoch}.${Number(position) + 1_000}`);

    expect(answer).toMatchObject({ status: 503, body: { code: 'read_model.behind' } });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('refuses a position of another log, and what is no position', async () => {
    expect(await read('/api/workflows', `${randomUUID()}.1`)).toMatchObject({
      status: 409,
      body: { code: 'position.other_epoch' },
    });
    expect(await read('/api/workflows', 'here')).toMatchObject({ status: 422, body: { code: 'position.malformed' } });
  });
});

describe('an execution', () => {
  it('shows what its phases used, and what runs now by its telemetry', async () => {
    const executionId = anExecutionId();
    const facts = factsOf(executionId);
    const stream = `execution-${executionId}`;
    const running = await gateway.record(stream, [facts.started, facts.queued, facts.phaseStarted], executionId);
    await gateway.observe({
      id: randomUUID(),
      type: 'token_usage',
      time: new Date().toISOString(),
      sessionId: facts.sessionId,
      executionId,
      phaseId: 'plan',
      data: {
        leg: 1,
        message_id: 'm',
        model: 'claude-sonnet-4-5',
        input_tokens: 10,
        output_tokens: 5,
        cache_creation_tokens: 2,
        cache_read_tokens: 1,
        cost_usd: '0.001',
      },
    });

    expect((await read(`/api/executions/${executionId}`, running.minPosition)).body).toMatchObject({
      workflow_execution_id: executionId,
      status: 'running',
      total_input_tokens: 10,
      total_tokens: 18,
      total_cost_usd: '0.001',
      cost_complete: false,
      phases: [
        { phase_id: 'plan', status: 'running', total_tokens: 18, cost_by_model: { 'claude-sonnet-4-5': '0.001' } },
      ],
      repos: ['acme/api'],
    });

    const ended = await gateway.record(stream, [facts.phaseCompleted, facts.completed], executionId);
    expect((await read(`/api/executions/${executionId}`, ended.minPosition)).body).toMatchObject({
      status: 'completed',
      total_tokens: 1_234,
      total_cost_usd: '0.42',
      cost_complete: true,
    });
    expect((await read(`/api/workflows/a-workflow/executions/${executionId}`)).body).toMatchObject({
      status: 'completed',
      completed_phases: 1,
      total_phases: 1,
    });
  });

  it('counts what a lost session is known to have used, however late that is told, and says that more may be missing', async () => {
    const executionId = anExecutionId();
    const [lost, next] = [factsOf(executionId), factsOf(executionId, 'a-workflow', randomUUID(), 2)];
    const telemetry = (sessionId: string, type: string, data: object) =>
      gateway.observe({
        ...{ id: randomUUID(), type, time: new Date().toISOString(), sessionId, executionId, phaseId: 'plan' },
        data: { ...data },
      });
    const tokens = { input_tokens: 10, output_tokens: 5, cache_creation_tokens: 2, cache_read_tokens: 1 };
    const call = (cost_usd: string) => ({ leg: 1, model: 'claude-sonnet-4-5', ...tokens, cost_usd });
    const account = { 'claude-sonnet-4-5': { ...tokens, cost_usd: '0.42' } };

    await telemetry(lost.sessionId, 'token_usage', { ...call('0.001'), message_id: 'm1' });
    await telemetry(next.sessionId, 'session_summary', { leg: 1, model_usage: account, is_error: false });
    const { minPosition } = await gateway.record(
      `execution-${executionId}`,
      [
        ...[lost.started, lost.queued, lost.phaseStarted, lost.interrupted],
        ...[lost.retried, next.queued, next.phaseStarted, next.phaseCompleted, next.completed],
      ],
      executionId,
    );
    const shown = async () => (await read(`/api/executions/${executionId}`, minPosition)).body;
    expect(await shown()).toMatchObject({ status: 'completed', total_cost_usd: '0.421', cost_complete: false });

    await telemetry(lost.sessionId, 'token_usage', { ...call('0.002'), message_id: 'm2' });
    expect(await shown()).toMatchObject({ total_cost_usd: '0.423', cost_complete: false });
    expect((await read('/api/executions?page_size=100', minPosition)).body['executions']).toContainEqual(
      expect.objectContaining({ workflow_execution_id: executionId, total_cost_usd: '0.423', cost_complete: false }),
    );
  });

  it('is listed by its state', async () => {
    const [running, older, ended] = [anExecutionId(), anExecutionId(), anExecutionId()];
    for (const id of [older, running]) await gateway.record(`execution-${id}`, [factsOf(id).started], id);
    const { minPosition } = await gateway.record(
      `execution-${ended}`,
      [factsOf(ended).started, factsOf(ended).cancelled],
      ended,
    );
    const idsOf = async (path: string) => {
      const { body } = await read(path, minPosition);
      const rows = (Array.isArray(body) ? body : body['executions']) as Json[];
      return rows.map((row) => row['workflow_execution_id'] ?? row['execution_id']);
    };

    expect(await idsOf('/api/executions?status=cancelled')).toContain(ended);
    expect(await idsOf('/api/executions?status=running')).not.toContain(ended);
    const [from, none] = ['started_after=2026-01-01T00:00:00Z', 'started_before=2026-01-01T00:00:00Z'];
    expect(await idsOf(`/api/executions?status=cancelled&${from}`)).toContain(ended);
    expect(await idsOf(`/api/executions?status=cancelled&${none}`)).toEqual([]);
    expect(await idsOf(`/api/executions?workflow_id=${factsOf(ended).started.data.workflowId}`)).toContain(ended);
    expect(await idsOf('/api/executions?workflow_id=none')).toEqual([]);
    expect(await read('/api/executions?started_after=yesterday')).toMatchObject({ body: { field: 'started_after' } });
    expect(await idsOf('/api/workflows/executions/active')).toContain(running);
    expect(await idsOf('/api/workflows/executions/active')).not.toContain(ended);
    expect(await idsOf('/api/workflows/executions/active?limit=1&offset=1')).toEqual([older]);
  });

  it('is found as soon as it is recorded, without being asked to wait', async () => {
    const executionId = anExecutionId();
    await gateway.record(`execution-${executionId}`, [factsOf(executionId).started], executionId);

    expect((await read(`/api/executions/${executionId}/state`)).body).toEqual({
      execution_id: executionId,
      state: 'running',
    });
  });
});

describe('sessions', () => {
  it('are listed with all that match counted, and shown with what they did', async () => {
    const executionId = anExecutionId();
    const facts = factsOf(executionId);
    const { minPosition } = await gateway.record(`session-${facts.sessionId}`, [facts.sessionStarted], executionId);
    await gateway.observe({
      id: randomUUID(),
      type: 'tool_execution_completed',
      time: new Date().toISOString(),
      sessionId: facts.sessionId,
      executionId,
      phaseId: 'plan',
      data: { tool_name: 'Bash', tool_use_id: 't', success: false, duration_ms: 1_500, output_preview: 'no' },
    });

    const list = await read(`/api/sessions?execution_id=${executionId}&statuses=running,failed&limit=1`, minPosition);
    expect(list.body).toMatchObject({ total: 1, sessions: [{ id: facts.sessionId, phase_display: 'Plan' }] });
    expect((await read(`/api/sessions/${facts.sessionId}`)).body).toMatchObject({
      id: facts.sessionId,
      failed_tool_count: 1,
      operations: [{ tool_name: 'Bash', success: false, duration_seconds: 1.5, tool_output: 'no' }],
    });
  });
});

describe('without Redis', () => {
  it('everything is answered, and the system says that it is degraded', async () => {
    const { minPosition } = await gateway.record('workflow-uncached', [workflowCreated('uncached')]);
    await gateway.redis.stop();

    expect((await read('/api/workflows/uncached', minPosition)).status).toBe(200);
    await eventually(async () => {
      expect(await read('/health/ready')).toMatchObject({ status: 200, body: { status: 'degraded' } });
    });
    expect((await read('/api/health')).body).toMatchObject({
      status: 'healthy',
      mode: 'degraded',
      degraded_reasons: ['cache'],
    });
    await gateway.redis.start();
  });
});
