import { sessionProjection } from '@syntropic/agent-sessions/read-model';
import { artifactProjection } from '@syntropic/artifacts/read-model';
import { executionProjection, workflowProjection } from '@syntropic/orchestration/read-model';
import { eventually } from '@syntropic/testing';
import type { Json } from './call';
import { anArtifact, anExecutionId, factsOf, workflowCreated } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const read = async (path: string, minPosition?: string) => (await gateway.call('GET', path, { minPosition })).body;

describe('the first page of a list', () => {
  it.each([
    ['/api/workflows', workflowProjection] as const,
    ['/api/executions', executionProjection] as const,
    ['/api/sessions', sessionProjection] as const,
    ['/api/artifacts', artifactProjection] as const,
  ])('of %s comes from the cache, and only that one', async (path, { name, table }) => {
    const executionId = anExecutionId();
    const { started, sessionStarted, sessionId } = factsOf(executionId);
    await gateway.record(`workflow-${executionId}`, [workflowCreated(executionId)]);
    await gateway.record(`session-${sessionId}`, [sessionStarted], executionId);
    await gateway.record(`artifact-${sessionId}`, [anArtifact(sessionId, executionId)], executionId);
    const { minPosition } = await gateway.record(`execution-${executionId}`, [started], executionId);

    await eventually(async () => {
      await read(path, minPosition);
      expect(await gateway.keys(`page:${name}:*`)).not.toEqual([]);
    });
    await gateway.database.pool.query(`delete from ${table}`);
    expect(JSON.stringify(await read(path, minPosition))).toContain(executionId);
    expect(JSON.stringify(await read(`${path}?workflow_id=${executionId}&page_size=99&limit=99`))).not.toContain(
      executionId,
    );
  });

  it('has what its reader has just written', async () => {
    for (let round = 0; round < 5; round++) {
      const id = `written-${round}`;
      const { minPosition } = await gateway.record(`workflow-${id}`, [workflowCreated(id)]);
      const { workflows } = await read('/api/workflows', minPosition);
      expect((workflows as Json[])[0]).toMatchObject({ id });
    }
  });
});
