import { addUsd } from '@syntropic/kernel';
import { executionProjection } from '@syntropic/orchestration/read-model';
import { repoExecutionProjection } from '@syntropic/organization/read-model';
import { useGateway } from './gateway.fixture';
import { Insights } from './insights.fixture';

const gateway = useGateway();
const { aSystem, completed, failed, running, read, sumOf } = new Insights(gateway);

describe('the cost of repositories and systems', () => {
  it('is that of the executions that name them, manual and with many repositories, to the cent', async () => {
    const { systemId, api, web } = await aSystem();
    const alone = await completed('0.1', api.fullName);
    const both = await completed('0.020000001', api.fullName, `https://github.com/${web.fullName}.git`);
    const lower = await running(api.fullName.toLowerCase());
    const { minPosition } = await completed('7', 'acme/not-registered', 'file:///srv/repos/one');

    const ofApi = await read(`/repos/${api.repoId}/cost`, minPosition);
    expect(ofApi).toMatchObject(await sumOf(alone, both, lower));
    expect(ofApi).toMatchObject({
      repo_full_name: api.fullName,
      total_cost_usd: '0.370000001',
      total_input_tokens: 210,
      cost_by_workflow: { 'a-workflow': '0.370000001' },
      cost_by_model: { 'a-model': '0.370000001' },
    });
    expect(await read(`/repos/${web.repoId}/cost`)).toMatchObject(await sumOf(both));

    const ofSystem = await read(`/systems/${systemId}/cost`);
    expect(ofSystem).toMatchObject(await sumOf(alone, both, lower));
    expect(ofSystem).toMatchObject({
      system_name: 'Shop',
      cost_by_repo: { [api.fullName]: '0.370000001', [web.fullName]: '0.020000001' },
    });
    const { window_hours, cost_complete, ...same } = ofSystem;
    expect([window_hours, cost_complete]).toEqual([720, false]);
    expect(await read(`/insights/cost?system_id=${systemId}`)).toMatchObject({ ...same, organization_name: 'Acme' });
  });

  it('counts the executions of the window', async () => {
    const { api } = await aSystem();
    const old = await completed('1', api.fullName);
    const { minPosition } = await completed('2', api.fullName);
    const path = `/repos/${api.repoId}`;
    await read(`${path}/cost`, minPosition);
    for (const { table } of [executionProjection, repoExecutionProjection]) {
      await gateway.database.pool.query(
        `update ${table} set started_at = started_at - interval '3 days' where execution_id = $1`,
        [old.executionId],
      );
    }

    expect(await read(`${path}/cost`)).toMatchObject({ total_cost_usd: '3', execution_count: 2 });
    expect(await read(`${path}/cost?window_hours=24`)).toMatchObject({ total_cost_usd: '2', window_hours: 24 });
    expect(await read(`${path}/health?window_hours=24`)).toMatchObject({ total_executions: 1, recent_cost_usd: '2' });
    expect(await read(`${path}/activity`)).toMatchObject({ total: 2 });
    const wrong = await gateway.call('GET', `/api${path}/cost?window_hours=0`);
    expect(wrong).toMatchObject({ status: 422, body: { field: 'window_hours' } });
  });
});

describe('the health of repositories and systems', () => {
  it('follows from the outcomes of their executions', async () => {
    const { systemId, api, web } = await aSystem();
    await completed('0.1', api.fullName);
    await running(api.fullName);
    const { minPosition } = await failed('broken', web.fullName);

    expect(await read(`/repos/${api.repoId}/health`, minPosition)).toMatchObject({
      repo_id: api.repoId,
      status: 'healthy',
      total_executions: 1,
      successful_executions: 1,
      active_executions: 1,
      success_rate: 1,
      trend: 'stable',
      recent_cost_usd: '0.35',
      window_tokens: 142,
      last_execution_at: expect.stringMatching(/Z$/) as string,
    });
    expect(await read(`/systems/${systemId}/status`)).toMatchObject({
      overall_status: 'degraded',
      total_repos: 2,
      healthy_repos: 1,
      degraded_repos: 0,
      failing_repos: 1,
      repos: [
        { repo_full_name: api.fullName, status: 'healthy', active_executions: 1 },
        { repo_full_name: web.fullName, status: 'failing', success_rate: 0 },
      ],
    });
  });

  it('is inactive without executions', async () => {
    const { systemId, api } = await aSystem();
    expect(await read(`/repos/${api.repoId}/health`)).toMatchObject({
      status: 'inactive',
      total_executions: 0,
      recent_cost_usd: '0',
      last_execution_at: '',
    });
    expect(await read(`/systems/${systemId}/status`)).toMatchObject({ overall_status: 'healthy', inactive_repos: 2 });
    const none = await gateway.call('GET', '/api/repos/none/health');
    expect(none).toMatchObject({ status: 404, body: { code: 'repo.not_found' } });
    const nowhere = await gateway.call('GET', '/api/systems/none/status');
    expect(nowhere).toMatchObject({ status: 404, body: { code: 'system.not_found' } });
  });
});

it('the overview has every system with its state and cost, and the cost of all executions', async () => {
  const { systemId, api, web } = await aSystem();
  const before = await read('/insights/overview');
  const alone = await completed('0.3', api.fullName, web.fullName);
  const other = await failed('broken', web.fullName);
  const { minPosition } = await completed('5', 'acme/not-registered');
  const overview = await read('/insights/overview', minPosition);

  const systems = overview['systems'] as readonly Readonly<{ system_id: string }>[];
  const { total_cost_usd } = await sumOf(alone, other);
  expect(systems.find((one) => one.system_id === systemId)).toMatchObject({
    system_name: 'Shop',
    organization_name: 'Acme',
    repo_count: 2,
    overall_status: 'degraded',
    active_executions: 0,
    total_cost_usd,
  });
  expect(overview['total_cost_usd']).toBe(addUsd(String(before['total_cost_usd']), '0.3', '0.5', '5'));
  expect((await read('/insights/cost'))['total_cost_usd']).toBe(overview['total_cost_usd']);
});
