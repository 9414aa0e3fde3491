import { event } from '@syntropic/kernel/testing';
import { workspace } from '@syntropic/orchestration/contracts';
import { randomUUID } from 'node:crypto';
import { anExecutionId } from './facts';
import { useGateway } from './gateway.fixture';
import { Insights } from './insights.fixture';

const gateway = useGateway();
const { running, read } = new Insights(gateway);
const { WorkspaceCreated, WorkspaceTerminated } = workspace.events;

type Why = 'completed' | 'failed' | 'parked';

/** A workspace of an execution; without a reason it is active. */
async function aWorkspace(executionId: string, backend: string, durationMs: number, why?: Why) {
  const [workspaceId, sessionId] = [randomUUID(), randomUUID()];
  const ids = { workspaceId, executionId };
  const created = event(WorkspaceCreated, { ...ids, phaseId: 'plan', sessionId, backend, runner: 'r-1', durationMs });
  const { minPosition } = await gateway.record(`workspace-${workspaceId}`, [
    created,
    ...(why ? [event(WorkspaceTerminated, { ...ids, why })] : []),
  ]);
  return { workspaceId, sessionId, minPosition };
}

describe('the metrics of workspaces', () => {
  it('say how long they took, how long they lived, and how they ended', async () => {
    const { executionId } = await running('acme/api');
    await aWorkspace(executionId, 'sandbox', 10, 'completed');
    await aWorkspace(executionId, 'docker', 20, 'failed');
    const own = await aWorkspace(executionId, 'docker', 60);
    const foreign = await aWorkspace(anExecutionId(), 'sandbox', 30, 'parked');

    const all = await read('/metrics/workspaces?limit=1', foreign.minPosition);
    expect(all).toMatchObject({
      ...{ total_workspaces: 4, error_count: 1, error_rate: 0.25, window_hours: 168 },
      ...{ avg_create_duration_ms: 30, p95_create_duration_ms: 60 },
      workspaces_by_backend: { docker: 2, sandbox: 2 },
      workspaces_by_status: { active: 1, completed: 1, failed: 1, parked: 1 },
      workspaces: [{ workspace_id: foreign.workspaceId, workflow_id: null, status: 'parked' }],
    });
    expect(all['avg_total_lifetime_ms']).toBeGreaterThanOrEqual(0);
    expect(await read('/metrics/workspaces?workflow_id=a-workflow')).toMatchObject({ total_workspaces: 3 });
    expect(await read('/metrics/workspaces?backend=docker&limit=1&offset=1')).toMatchObject({
      ...{ total_workspaces: 2, workspaces: [{ status: 'failed', create_duration_ms: 20 }] },
    });
    expect(await read(`/metrics/workspaces?session_id=${own.sessionId}`)).toMatchObject({
      total_workspaces: 1,
      workspaces: [{ status: 'active', workflow_id: 'a-workflow', total_lifetime_ms: null, terminated_at: null }],
    });
  });

  it('are empty where there are none, and count those of the window alone', async () => {
    const { minPosition } = await aWorkspace(anExecutionId(), 'sandbox', 10);
    await read('/metrics/workspaces', minPosition);
    await gateway.database.pool.query(`update read.workspace_v1 set created_at = created_at - interval '3 days'`);
    expect(await read('/metrics/workspaces?window_hours=48')).toMatchObject({
      ...{ total_workspaces: 0, workspaces_by_backend: {}, error_rate: 0, avg_create_duration_ms: 0, workspaces: [] },
    });
    const wrong = await gateway.call('GET', '/api/metrics/workspaces?window_hours=0');
    expect(wrong).toMatchObject({ status: 422, body: { field: 'window_hours' } });
  });
});
