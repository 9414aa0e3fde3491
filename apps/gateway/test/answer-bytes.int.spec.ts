import { NO_USAGE, type Event } from '@syntropic/kernel';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { anArtifact, anExecutionId, factsOf, phase, workflowCreated } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Escaped in JSON, each of these takes six bytes. */
const control = (characters: number) => '\u0001'.repeat(characters);

type Json = Readonly<Record<string, unknown>>;

/** Reads again while the read models fold: rows of this size take them longer than a request waits. */
const read = (path: string, minPosition = ''): Promise<Json> =>
  eventually(() => readOnce(path, minPosition), { within: 30_000 });

async function readOnce(path: string, minPosition: string): Promise<Json> {
  const headers = minPosition ? { 'x-min-position': minPosition } : {};
  const response = await fetch(`${gateway.url}${path}`, { headers });
  const text = await response.text();
  expect({ path, status: response.status }).toEqual({ path, status: 200 });
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
  return JSON.parse(text) as Json;
}

const itemsOf = (answer: Json): readonly Json[] => (Object.values(answer).find(Array.isArray) ?? []) as Json[];

describe('a list of the largest rows', () => {
  it('of executions has every one of them, with the beginnings of long texts', async () => {
    const workflowId = `w-${randomUUID()}`;
    const repos = Array.from({ length: 100 }, (_, index) => `https://github.com/${'o'.repeat(90)}/r${index}`);
    const ids: string[] = [];
    let minPosition = '';
    ({ minPosition } = await gateway.record(`workflow-${workflowId}`, [workflowCreated(workflowId)]));
    for (let index = 0; index < 110; index++) {
      const executionId = anExecutionId();
      const { started, failed } = failing(executionId, workflowId, repos);
      ({ minPosition } = await gateway.record(`execution-${executionId}`, [started, failed], executionId));
      ids.unshift(executionId);
    }

    const first = await read('/api/executions?page_size=100', minPosition);
    const second = await read('/api/executions?page_size=100&page=2', minPosition);

    const listed = [...itemsOf(first), ...itemsOf(second)];
    expect(listed.map((item) => item['workflow_execution_id'])).toEqual(ids);
    expect(first).toMatchObject({ total: 110, page: 1, page_size: 100 });
    for (const item of listed) {
      expect(item).toMatchObject({ truncated: true, repos_display: 'r0 +99', status: 'failed' });
      expect(item['error_message']).toMatch(/…$/);
    }
    const runs = await read(`/api/workflows/${workflowId}/runs?limit=1000`, minPosition);
    expect(itemsOf(runs)).toHaveLength(110);
    expect(await read(`/api/executions/${ids[0] ?? ''}`)).toMatchObject({ error_message: control(4_096), repos });
  });

  it('of workflows is read without their definitions', async () => {
    let minPosition = '';
    for (let index = 0; index < 30; index++) {
      const id = `large-${index}`;
      const phases = [{ ...phase('plan', 1), promptTemplate: 'x'.repeat(1_500_000) }];
      ({ minPosition } = await gateway.record(`workflow-${id}`, [workflowCreated(id, { phases })]));
    }

    const { workflows } = await read('/api/workflows?page_size=100&order_by=-created_at', minPosition);

    expect((workflows as Json[])[0]).toMatchObject({ id: 'large-29', phase_count: 1 });
    expect((workflows as Json[])[0]).not.toHaveProperty('truncated');
    expect(await read('/api/workflows/large-29')).toMatchObject({ phases: [{ phase_id: 'plan' }] });
  });

  it('of artifacts and organizations is bounded as well', async () => {
    const executionId = anExecutionId();
    let minPosition = '';
    for (let index = 0; index < 200; index++) {
      const id = randomUUID();
      const texts = { title: control(10_000), artifactType: 'é'.repeat(10_000), contentType: control(1_000) };
      const created = anArtifact(id, executionId, texts);
      await gateway.record(`artifact-${id}`, [created], executionId);
      const organizationId = `org-${id.slice(0, 8)}`;
      const data = { organizationId, name: control(10_000), slug: id, createdBy: control(10_000) };
      const organization: Event = { type: 'OrganizationCreated', data };
      ({ minPosition } = await gateway.record(`organization-${organizationId}`, [organization]));
    }

    const artifacts = await read(`/api/artifacts?execution_id=${executionId}&limit=200`, minPosition);
    const { organizations, total } = await read('/api/organizations', minPosition);

    expect(artifacts).toHaveLength(200);
    expect((artifacts as unknown as Json[])[0]).toMatchObject({ truncated: true, path: 'notes.md' });
    expect(organizations).toHaveLength(200);
    expect(total).toBe(200);
  });
});

describe('the detail of an execution', () => {
  it('with the most phases, each with long texts and the most models, names all of them', async () => {
    const executionId = anExecutionId();
    const phases = Array.from({ length: 200 }, (_, index) => phase(`phase-${index}`, index + 1));
    const { started, phaseCompleted } = factsOf(executionId);
    const model = { inputTokens: 1, outputTokens: 1, cacheCreationTokens: 1, cacheReadTokens: 1, costUsd: '0.42' };
    const byModel = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`${'m'.repeat(190)}${index}`, model]),
    );
    const done = phases.map(({ phaseId }): Event => ({
      type: 'PhaseFailed',
      data: {
        ...phaseCompleted.data,
        phaseId,
        usage: { ...NO_USAGE, byModel },
        error: control(4_000),
        errorType: 'agent_failed',
      },
    }));
    const inputs = { topic: 'x'.repeat(900_000) };
    const events = [{ ...started, data: { ...started.data, phases, inputs } }, ...done];
    let minPosition = '';
    for (const event of events) {
      ({ minPosition } = await gateway.record(`execution-${executionId}`, [event], executionId));
    }

    const detail = await read(`/api/executions/${executionId}`, minPosition);

    expect((detail['phases'] as Json[]).map((one) => one['phase_id'])).toEqual(phases.map(({ phaseId }) => phaseId));
    expect((detail['phases'] as Json[])[0]).toMatchObject({ truncated: true, status: 'failed' });
    expect(detail['inputs']).toEqual(inputs);
  });
});

describe('the lists of operators', () => {
  it('show the newest parked events, and the data of as many as there is room for', async () => {
    const event = (position: number, data: object) => ({
      position,
      id: randomUUID(),
      type: 'PhaseStarted',
      stream: 'execution-exec-0123456789ab',
      version: 1,
      recordedAt: '2026-01-01T00:00:00.000Z',
      data,
    });
    const parked = async (position: number, data: object) => {
      const values = [position, JSON.stringify(event(position, data)), control(4_096)];
      await gateway.database.pool.query(
        `insert into read.parked_events (projection, version, position, event, error, reason, parked_by)
         select projection, version, $1, $2, $3, 'not ours', 'user:ada' from read.checkpoints`,
        values,
      );
      await gateway.database.pool.query(
        `insert into ops.parked_process_events (process, position, partition, event, error, reason, parked_by)
         select name, $1, 'one', $2, $3, 'not ours', 'user:ada' from ops.processes`,
        values,
      );
    };
    for (let position = 1; position <= 60; position++) {
      await parked(position, { text: 'x'.repeat(position % 2 === 0 ? 15_000 : 1_000_000) });
    }

    const { projections } = await read('/api/operator/projections');
    const { processes } = await read('/api/operator/processes');

    for (const state of [...(projections as Json[]), ...(processes as Json[])]) {
      expect(state['parked']).toHaveLength(50);
    }
    const [first] = projections as { parked: { event: { position: number; data: object | null } }[] }[];
    expect(first?.parked.slice(0, 2)).toMatchObject([
      { event: { position: 11, data: null } },
      { event: { position: 12, data: { text: expect.stringMatching(/^x{15000}$/) as string } } },
    ]);
  });
});

/** An execution with these repositories that has failed. */
function failing(executionId: string, workflowId: string, repos: readonly string[]) {
  const { started, completed } = factsOf(executionId, workflowId);
  const failure = { phaseId: 'plan', error: control(4_096), errorType: 'agent_failed' };
  const failed: Event = { type: 'ExecutionFailed', data: { ...completed.data, ...failure } };
  return { started: { ...started, data: { ...started.data, repos } }, failed };
}
