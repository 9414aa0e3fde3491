import { executionIdOf, type InputOf } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { useEventStreams } from './event-stream-client';
import { anExecutionId, factsOf, phase } from './facts';
import { useGateway } from './gateway.fixture';
import { anExecutionOf } from './live-execution';
import { refusedReply } from './refused-reply';

const gateway = useGateway();
const openStream = useEventStreams();
const { events } = workflowExecution;

const RERUN = { from_phase: 'build', inputs: { topic: 'tea' } };
const post = (id: string, body?: object, headers: Readonly<Record<string, string>> = {}, prefix = '/api') =>
  gateway.call('POST', `${prefix}/executions/${id}/rerun`, { body, headers });

describe('a request for a rerun', () => {
  it('becomes a command about a new execution, the same one under the same key and either prefix', async () => {
    const service = gateway.takeCommands();
    const sourceId = anExecutionId();
    const key = { 'idempotency-key': randomUUID() };
    const first = await post(sourceId, RERUN, key);
    const again = await post(sourceId, RERUN, key, '/api/v1');
    const bare = await post(sourceId);
    service.stop();

    const executionId = executionIdOf(service.commandIds[0] ?? '');
    expect(first).toMatchObject({
      status: 200,
      body: { execution_id: executionId, rerun_of: sourceId, status: 'started' },
    });
    expect(first.headers.get('x-position')).toMatch(/\.1$/);
    expect(again.body).toEqual(first.body);
    expect(bare.body['execution_id']).not.toBe(executionId);
    const { inputs, from_phase: fromPhase } = RERUN;
    expect(service.taken[0]).toEqual({
      'orchestration.RerunExecution': { executionId, sourceId, fromPhase, inputs },
    });
    expect(service.taken[2]).toMatchObject({ 'orchestration.RerunExecution': { sourceId, inputs: {} } });
  });

  it.each([
    ['from_phase', { from_phase: '../x' }],
    ['inputs.topic', { inputs: { topic: 7 } }],
    ['phase', { phase: 'build' }],
  ])('is refused for its field %s', async (field, body) => {
    const service = gateway.takeCommands();
    const refused = await post(anExecutionId(), body);
    service.stop();

    expect(refused).toMatchObject({ status: 422, body: { code: 'request.invalid' } });
    expect(JSON.stringify(refused.body['errors'])).toContain(field);
    expect(service.taken).toEqual([]);
  });

  it.each([
    ['execution.phase_not_finished', 'conflict', 409],
    ['execution.nothing_to_rerun', 'invalid', 422],
    ['execution.template_not_recorded', 'conflict', 409],
  ] as const)('is answered %s', async (code, kind, status) => {
    const service = gateway.takeCommands(refusedReply(code, kind, 'phase plan has not finished'));
    const refused = await post(anExecutionId());
    service.stop();

    expect(refused).toMatchObject({ status, body: { code, detail: 'phase plan has not finished' } });
  });

  it('of an execution that runs names its state', async () => {
    const service = gateway.takeCommands(
      refusedReply('execution.has_not_ended', 'conflict', 'it is running', { state: 'running' }),
    );
    const refused = await post(anExecutionId());
    service.stop();

    expect(refused).toMatchObject({ status: 409, body: { detail: 'Cannot rerun execution in state running' } });
  });
});

const USED = {
  inputTokens: 1_000,
  outputTokens: 200,
  cacheCreationTokens: 30,
  cacheReadTokens: 4,
  costUsd: '0.42',
  costComplete: true,
};

type Started = InputOf<typeof events.ExecutionStarted>;

/** Records a failed execution, and a rerun of it that has taken over its first phase. */
async function recordedRerun() {
  const [sourceId, rerunId] = [anExecutionId(), anExecutionId()];
  const source = factsOf(sourceId);
  const ids = { executionId: rerunId, workflowId: 'a-workflow' };
  const artifactId = randomUUID();
  const started: Started = {
    ...ids,
    workflowName: 'A workflow',
    inputs: {},
    repos: [],
    phases: [phase('plan', 1), phase('build', 2)],
    rerunOf: { executionId: sourceId, status: 'failed' },
  };
  await gateway.record(
    `execution-${sourceId}`,
    [source.started, source.queued, source.phaseStarted, source.phaseCompleted],
    sourceId,
  );
  const { minPosition } = await gateway.record(
    `execution-${rerunId}`,
    [
      event(events.ExecutionStarted, started),
      event(events.PhasesTakenOver, {
        ...ids,
        phases: [
          { phaseId: 'plan', executionId: sourceId, sessionId: source.sessionId, attempt: 1, artifactId, used: USED },
        ],
      }),
    ],
    rerunId,
  );
  return { sourceId, rerunId, sessionId: source.sessionId, artifactId, minPosition };
}

describe('a rerun', () => {
  it('shows what it has taken over beside its own totals, and each execution names the other', async () => {
    const { sourceId, rerunId, sessionId, artifactId, minPosition } = await recordedRerun();
    const takenOver = {
      rerun_of: sourceId,
      taken_over_phases: 1,
      taken_over_tokens: 1_234,
      taken_over_cost_usd: '0.42',
      taken_over_cost_complete: true,
    };

    const detail = await gateway.call('GET', `/api/executions/${rerunId}`, { minPosition });
    const { body: state } = await gateway.call('GET', `/api/executions/${rerunId}/state`, { minPosition });
    const { body: list } = await gateway.call('GET', '/api/executions', { minPosition });
    const { body: source } = await gateway.call('GET', `/api/executions/${sourceId}`, { minPosition });

    expect(detail.body).toMatchObject({
      ...takenOver,
      reruns: [],
      completed_phases: 1,
      total_phases: 2,
      total_tokens: 0,
      total_cost_usd: '0',
      artifact_ids: [],
      phases: [
        {
          phase_id: 'plan',
          status: 'completed',
          session_id: sessionId,
          artifact_id: artifactId,
          total_tokens: 0,
          cost_usd: '0',
          taken_over: { execution_id: sourceId, total_tokens: 1_234, cost_usd: '0.42', cost_complete: true },
        },
        { phase_id: 'build', status: 'pending', taken_over: null },
      ],
    });
    expect(state).toEqual({ execution_id: rerunId, state: 'running', ...takenOver });
    expect(list['executions']).toContainEqual(
      expect.objectContaining({ workflow_execution_id: rerunId, ...takenOver, total_cost_usd: '0' }),
    );
    expect(source).toMatchObject({ rerun_of: null, reruns: [rerunId], taken_over_phases: 0, taken_over_cost_usd: '0' });
  });
});

describe('a stream of a rerun', () => {
  it('tells which phases were taken over, in frames with and without names', async () => {
    const execution = await anExecutionOf(gateway);
    const { executionId, facts } = execution;
    const named = openStream(`${gateway.url}/api/executions/${executionId}/stream`);
    const unnamed = openStream(`${gateway.url}/api/sse/executions/${executionId}`);
    await eventually(() => {
      expect([named.events, unnamed.frames.length]).toEqual([['snapshot'], 1]);
    });
    expect(named.frames[0]?.data).toMatchObject({ rerun_of: null, reruns: [], taken_over_phases: 0, retry_at: null });

    const origin = anExecutionId();
    const { sessionId } = facts;
    const phases = [{ phaseId: 'plan', executionId: origin, sessionId, attempt: 1, used: USED }];
    const takenOver = event(events.PhasesTakenOver, { executionId, workflowId: 'a-workflow', phases });
    execution.publish(await execution.record(takenOver));

    const told = { phase_id: 'plan', execution_id: origin, session_id: sessionId };
    await eventually(() => {
      expect(named.frames.at(-1)).toMatchObject({
        event: 'PhasesTakenOver',
        data: { execution_id: executionId, phases: [{ ...told, used: { cost_usd: '0.42', input_tokens: 1_000 } }] },
      });
      expect(unnamed.frames.at(-1)?.data).toMatchObject({
        event_type: 'PhasesTakenOver',
        data: { execution_id: executionId, phases: [{ ...told, cost_usd: '0.42', artifact_id: null }] },
      });
    });
  });
});

describe('an interruption with an automatic retry', () => {
  it('shows when it is due, until the execution goes on', async () => {
    const executionId = anExecutionId();
    const { started, queued, phaseStarted, interrupted, retried } = factsOf(executionId);
    const stream = `execution-${executionId}`;
    const waiting = event(events.ExecutionInterrupted, { ...interrupted.data, retryInSeconds: 30 });
    const state = async (minPosition: string) =>
      (await gateway.call('GET', `/api/executions/${executionId}/state`, { minPosition })).body;

    const { minPosition } = await gateway.record(stream, [started, queued, phaseStarted, waiting]);
    const before = await state(minPosition);
    expect(before).toMatchObject({ state: 'interrupted', automatic_retries: 0 });
    expect(Date.parse(String(before['retry_at']))).toBeGreaterThan(0);

    const goesOn = event(events.ExecutionRetried, { ...retried.data, automaticRetry: 1 });
    const after = await gateway.record(stream, [goesOn]);
    expect(await state(after.minPosition)).toMatchObject({ state: 'running', retry_at: null, automatic_retries: 1 });
  });
});
