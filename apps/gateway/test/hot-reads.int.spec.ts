import { event } from '@syntropic/kernel/testing';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { createRedis } from '@syntropic/projections';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Json } from './call';
import { anExecutionId, factsOf } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

let otherReplica: string;
beforeAll(async () => {
  otherReplica = await gateway.start();
});

/** An execution that has ended; its session has counted so many events, of which one is stored. */
async function endedRun({ counted = 1 } = {}) {
  const executionId = anExecutionId();
  const facts = factsOf(executionId);
  const observe = (name: string) =>
    gateway.observe({
      ...{ id: randomUUID(), type: 'tool_execution_started', time: new Date().toISOString() },
      ...{ executionId, sessionId: facts.sessionId, phaseId: 'plan', data: { tool_name: name, tool_use_id: name } },
    });
  await observe('first');
  await gateway.record(
    `session-${facts.sessionId}`,
    [facts.sessionStarted, facts.sessionCompleted(counted)],
    executionId,
  );
  const events = [facts.started, facts.queued, facts.phaseStarted, facts.phaseCompleted, facts.completed];
  const { minPosition } = await gateway.record(`execution-${executionId}`, events, executionId);
  await gateway.read(`/api/sessions/${facts.sessionId}`, minPosition);
  return { executionId, minPosition, observe };
}

type Detail = Readonly<{ reruns: readonly string[]; phases: readonly { operations: readonly Json[] }[] }>;

const get = async (path: string, { url = gateway.url, ...headers }: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(`${url}/api${path}`, { headers });
  const text = await response.text();
  return { status: response.status, etag: response.headers.get('etag') ?? '', text };
};

const detailOf = async (executionId: string, headers: Readonly<Record<string, string>> = {}) =>
  JSON.parse((await get(`/executions/${executionId}`, headers)).text) as Detail;

const operationsOf = ({ phases }: Detail) =>
  phases.flatMap(({ operations }) => operations.map((one) => one['tool_use_id']));

/** Resolves when the gateway keeps the answer. */
const kept = (executionId: string) =>
  eventually(async () => (await gateway.keys(`answer:execution:*:detail:${executionId}`)).length === 1);

/** Removes the cache's keys that match a pattern, as a server does that is short of memory. */
async function forget(pattern: string): Promise<void> {
  const cache = createRedis(gateway.redis.url);
  await eventually(() => cache.status === 'ready');
  await cache.del(...(await cache.keys(pattern)));
  cache.disconnect();
}

describe('an execution that runs', () => {
  it('is not sent again to a client that names the tag of its detail or state, until it changes', async () => {
    const executionId = anExecutionId();
    const facts = factsOf(executionId);
    const { minPosition } = await gateway.record(`execution-${executionId}`, [facts.started], executionId);
    for (const path of [`/executions/${executionId}`, `/executions/${executionId}/state`]) {
      const { etag } = await get(path, { 'x-min-position': minPosition });
      expect(await get(path, { 'if-none-match': etag })).toEqual({ status: 304, etag, text: '' });
    }
    const { etag } = await get(`/executions/${executionId}/state`);
    const events = [facts.queued, facts.phaseStarted, facts.phaseCompleted, facts.completed];
    const later = await gateway.record(`execution-${executionId}`, events, executionId);
    const headers = { 'x-min-position': later.minPosition, 'if-none-match': etag };
    expect(await get(`/executions/${executionId}/state`, headers)).toMatchObject({ status: 200 });
  });
});

describe('the detail of an ended execution', () => {
  it('is kept with its operations, and sent as the same bytes', async () => {
    const { executionId, minPosition, observe } = await endedRun();
    const first = await get(`/executions/${executionId}`, { 'x-min-position': minPosition });
    await kept(executionId);
    await observe('of another program that uses its id');

    expect(await get(`/executions/${executionId}`)).toEqual(first);
    expect(await get(`/executions/${executionId}`, { url: otherReplica })).toEqual(first);
    expect(operationsOf(JSON.parse(first.text) as Detail)).toEqual(['first']);
  });

  it('is not sent again to a client that names its tag', async () => {
    const { executionId, minPosition } = await endedRun();
    const { etag } = await get(`/executions/${executionId}`, { 'x-min-position': minPosition });
    await kept(executionId);

    expect(etag).toMatch(/^"[\w-]{22}"$/);
    for (const url of [gateway.url, otherReplica]) {
      const answer = await get(`/executions/${executionId}`, { url, 'if-none-match': `W/"other", ${etag}` });
      expect(answer).toEqual({ status: 304, etag, text: '' });
      expect(await get(`/executions/${executionId}`, { url, 'if-none-match': '"other"' })).toMatchObject({
        status: 200,
      });
    }
  });

  it('is not kept while telemetry that its end has counted is missing', async () => {
    const { executionId, minPosition, observe } = await endedRun({ counted: 2 });
    expect(operationsOf(await detailOf(executionId, { 'x-min-position': minPosition }))).toEqual(['first']);
    await observe('last');

    expect(operationsOf(await detailOf(executionId))).toEqual(['first', 'last']);
    await kept(executionId);
  });

  it('shows a rerun that starts afterwards, on every replica', async () => {
    const { executionId, minPosition } = await endedRun();
    for (const url of [gateway.url, otherReplica]) {
      expect((await detailOf(executionId, { url, 'x-min-position': minPosition })).reruns).toEqual([]);
      await kept(executionId);
      await detailOf(executionId, { url });
    }
    const rerun = anExecutionId();
    const { started } = factsOf(rerun);
    const again = event(workflowExecution.events.ExecutionStarted, {
      ...started.data,
      rerunOf: { executionId, status: 'completed' },
    });
    const { minPosition: after } = await gateway.record(`execution-${rerun}`, [again], rerun);

    for (const url of [gateway.url, otherReplica]) {
      await eventually(
        async () => (await get(`/executions/${rerun}`, { url, 'x-min-position': after })).status === 200,
      );
      expect((await detailOf(executionId, { url, 'x-min-position': after })).reruns).toEqual([rerun]);
    }
  });

  it('is made anew when the cache has forgotten it', async () => {
    const { executionId, minPosition, observe } = await endedRun();
    await detailOf(executionId, { 'x-min-position': minPosition });
    await kept(executionId);
    await observe('late');
    await forget('shown:*');

    expect(operationsOf(await detailOf(executionId))).toEqual(['first', 'late']);
  });
});

describe('the detail of a running execution', () => {
  it('has what telemetry knows now', async () => {
    const executionId = anExecutionId();
    const facts = factsOf(executionId);
    const events = [facts.started, facts.queued, facts.phaseStarted];
    const { minPosition } = await gateway.record(`execution-${executionId}`, events, executionId);
    const first = await get(`/executions/${executionId}`, { 'x-min-position': minPosition });
    await gateway.observe({
      ...{ id: randomUUID(), type: 'tool_execution_started', time: new Date().toISOString() },
      ...{ executionId, sessionId: facts.sessionId, phaseId: 'plan', data: { tool_name: 'Bash', tool_use_id: 'now' } },
    });

    const second = await get(`/executions/${executionId}`);
    expect(operationsOf(JSON.parse(second.text) as Detail)).toEqual(['now']);
    expect(second.etag).not.toBe(first.etag);
  });
});

describe('a list of ended executions', () => {
  it('is kept until one of them changes', async () => {
    const { executionId, minPosition } = await endedRun();
    const path = '/executions?status=completed&page_size=2';
    const first = await get(path, { 'x-min-position': minPosition });
    await eventually(async () => (await gateway.keys('answer:execution:*:list:completed:1:2:')).length === 1);

    expect(first.text).toContain(executionId);
    expect(await get(path)).toEqual(first);
    expect(await get(path, { 'if-none-match': first.etag })).toEqual({ status: 304, etag: first.etag, text: '' });

    const next = await endedRun();
    const second = await get(path, { 'x-min-position': next.minPosition });
    expect(second.text).toContain(next.executionId);
    expect(second.etag).not.toBe(first.etag);
  });

  it('tells its next page when it comes from memory or from Redis, too', async () => {
    await endedRun();
    const { minPosition } = await endedRun();
    const path = '/api/executions?status=completed&page_size=1';
    const first = await gateway.call('GET', path, { minPosition });
    const cursor = first.headers.get('x-next') ?? '';
    expect(cursor).not.toBe('');
    await eventually(async () => (await gateway.keys('answer:execution:*:list:completed:1:1:')).length === 1);

    const another = await gateway.start();
    for (const url of [gateway.url, another]) {
      const kept = await fetch(`${url}${path}`);
      expect({ etag: kept.headers.get('etag'), next: kept.headers.get('x-next') }).toEqual({
        etag: first.headers.get('etag'),
        next: cursor,
      });
    }
    const second = await gateway.call('GET', `${path}&cursor=${cursor}`, { minPosition });
    expect(second).toMatchObject({ status: 200, body: { page: 1 } });
    expect(second.body['executions']).not.toEqual(first.body['executions']);
  });
});
