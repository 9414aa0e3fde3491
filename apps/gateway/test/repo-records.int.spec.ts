import { triggerRule } from '@syntropic/github/contracts';
import { event } from '@syntropic/kernel/testing';
import { useGateway } from './gateway.fixture';
import { Insights } from './insights.fixture';

const gateway = useGateway();
const { aSystem, completed, failed, running, read } = new Insights(gateway);

describe('what has happened to repositories and systems', () => {
  it('is listed in pages with the true total, each execution once', async () => {
    const { systemId, api, web } = await aSystem();
    const runs = [
      await completed('0.1', api.fullName, web.fullName),
      await failed('broken', web.fullName),
      await running(api.fullName),
    ];
    const minPosition = runs.at(-1)?.minPosition;
    const ids = runs.map(({ executionId }) => executionId);
    const listed = async (path: string) => {
      const { entries, total } = await read(path, minPosition);
      return { ids: (entries as { execution_id: string }[]).map((one) => one.execution_id), total };
    };

    expect(await listed(`/systems/${systemId}/activity`)).toEqual({ ids: [...ids].reverse(), total: 3 });
    expect(await listed(`/systems/${systemId}/history`)).toEqual({ ids, total: 3 });
    expect(await listed(`/systems/${systemId}/activity?limit=1&offset=2`)).toEqual({ ids: [ids[0]], total: 3 });
    expect(await listed(`/repos/${api.repoId}/activity`)).toEqual({ ids: [ids[2], ids[0]], total: 2 });
    const { entries } = await read(`/repos/${web.repoId}/activity`);
    expect(entries).toMatchObject([
      { workflow_name: 'A workflow', status: 'failed', trigger_source: 'manual' },
      { status: 'completed', completed_at: expect.stringMatching(/Z$/) as string },
    ]);
  });

  it('has the executions that a rule has started as such', async () => {
    const { api } = await aSystem();
    const { executionId } = await completed('0.1', api.fullName);
    const rule = { triggerId: 'tr-00000001', executionId, workflowId: 'a-workflow' };
    const about = { event: 'push', repository: api.fullName, deliveryId: executionId, at: new Date().toISOString() };
    const { minPosition } = await gateway.record(`trigger-${rule.triggerId}`, [
      event(triggerRule.events.TriggerFired, { ...rule, ...about }),
      event(triggerRule.events.TriggerDispatchCompleted, rule),
    ]);

    const { entries } = await read(`/repos/${api.repoId}/activity`, minPosition);
    expect(entries).toMatchObject([{ execution_id: executionId, trigger_source: 'trigger' }]);
  });

  it('has each failure with its kind, its phase and the last words of the agent', async () => {
    const { api } = await aSystem();
    await completed('0.1', api.fullName);
    const { executionId, minPosition } = await failed('the disk is full', api.fullName);
    expect(await read(`/repos/${api.repoId}/failures`, minPosition)).toEqual({
      failures: [
        {
          execution_id: executionId,
          workflow_id: 'a-workflow',
          workflow_name: 'A workflow',
          failed_at: expect.stringMatching(/Z$/) as string,
          error_message: 'the disk is full',
          error_type: 'agent_failed',
          phase_name: 'plan',
          conversation_tail: expect.arrayContaining(['first', 'last']) as string[],
        },
      ],
      total: 1,
    });
  });

  it('has the sessions with what they used, also while they run', async () => {
    const { api } = await aSystem();
    const { minPosition, sessionId } = await completed('0.1', api.fullName);
    const now = await running(api.fullName);
    const { sessions, total } = await read(`/repos/${api.repoId}/sessions`, minPosition);
    expect([total, sessions]).toMatchObject([
      2,
      [
        { id: now.sessionId, status: 'running', total_cost_usd: '0.25', total_tokens: 15, completed_at: null },
        { id: sessionId, status: 'completed', total_cost_usd: '0.1', total_tokens: 127, agent_type: 'simulated' },
      ],
    ]);
  });

  it('has failures that recur, and executions that cost far more than the others', async () => {
    const { systemId, api, web } = await aSystem();
    await failed('request 17 of 0123456789abcdef timed out', api.fullName);
    await failed('request 18 of fedcba9876543210 timed out', web.fullName, api.fullName);
    await failed('another', web.fullName);
    const { executionId } = await completed('1.6', api.fullName);
    const { minPosition } = await completed('0.5', api.fullName);

    const patterns = await read(`/systems/${systemId}/patterns`, minPosition);
    expect(patterns['failure_patterns']).toMatchObject([
      {
        error_type: 'agent_failed',
        error_message: 'request 18 of fedcba9876543210 timed out',
        occurrence_count: 2,
        affected_repos: [api.fullName, web.fullName],
      },
      { error_message: 'another', occurrence_count: 1, affected_repos: [web.fullName] },
    ]);
    expect(patterns['cost_outliers']).toMatchObject([
      {
        execution_id: executionId,
        repo_full_name: api.fullName,
        workflow_name: 'A workflow',
        cost_usd: '1.6',
        median_cost_usd: '0.5',
        deviation_factor: 3.2,
      },
    ]);
    expect(patterns['analysis_window_hours']).toBe(168);
  });
});
