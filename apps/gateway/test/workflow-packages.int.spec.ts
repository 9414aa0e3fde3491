import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { phase, workflowCreated } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const Manifest = z.object({ files: z.record(z.string(), z.string()) });

/** A workflow with a prompt, and the files of its export. */
async function exported(format: string, own: Parameters<typeof workflowCreated>[1] = {}) {
  const workflowId = `w-${randomUUID()}`;
  const phases = [{ ...phase('plan', 1), promptTemplate: 'Plan {{task}}.\n', maxTokens: 9 }, phase('build', 3)];
  const created = workflowCreated(workflowId, { phases, repositoryRef: 'main', projectName: 'P', ...own });
  const { minPosition } = await gateway.record(`workflow-${workflowId}`, [created]);
  const body = await gateway.read(`/api/workflows/${workflowId}/export?format=${format}`, minPosition);
  return { workflowId, created, body, files: Manifest.parse(body).files };
}

const importing = async (body: object) => {
  const commands = gateway.takeCommands();
  const answer = await gateway.call('POST', '/api/workflows/import', { body });
  commands.stop();
  return { ...answer, taken: commands.taken };
};

describe('a workflow as a package', () => {
  it.each([
    ['package', ['README.md', 'phases/plan.md', 'workflow.yaml'], ''],
    [
      'plugin',
      [
        'README.md',
        'commands/syn-ID.md',
        'syntropic137-plugin.json',
        'workflows/ID/phases/plan.md',
        'workflows/ID/workflow.yaml',
      ],
      'workflows/ID/',
    ],
  ])('is exported as a %s, and imported as it is', async (format, paths, folder) => {
    const { workflowId, created, body, files } = await exported(format);
    const named = (path: string) => path.replace('ID', workflowId);

    expect(body).toMatchObject({ format, workflow_id: workflowId, workflow_name: 'A workflow' });
    expect(Object.keys(files).sort()).toEqual(paths.map(named));
    expect(files[named(`${folder}phases/plan.md`)]).toBe('Plan {{task}}.\n');

    const { status, body: answer, taken } = await importing({ files });
    expect({ status, answer }).toMatchObject({ status: 201, answer: { id: workflowId, status: 'created' } });
    expect(taken).toEqual([{ 'orchestration.CreateWorkflow': created.data }]);
  });

  it('is imported under another id and name', async () => {
    const { created, files } = await exported('package');
    const { taken } = await importing({ files, workflow_id: 'another', name: 'Another' });

    expect(taken).toEqual([
      { 'orchestration.CreateWorkflow': { ...created.data, workflowId: 'another', name: 'Another' } },
    ]);
  });

  it.each([
    ['no files', {}, 'files'],
    ['no document', { files: { 'a.md': 'a' } }, 'files'],
    ['two documents', { files: { 'workflow.yaml': '', 'workflows/a/workflow.yaml': '' } }, 'files'],
    ['files that are no texts', { files: { 'workflow.yaml': 1 } }, 'files.workflow.yaml'],
    ['too many files', { files: Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`${at}`, ''])) }, 'files'],
    ['a document with faults', { files: { 'workflow.yaml': 'id: a\nname: A\nphases: []\n' } }, 'phases'],
    [
      'a prompt that is elsewhere',
      { files: { 'workflow.yaml': 'id: a\nname: A\nphases: [{id: p, name: P, order: 1, prompt_file: ../p.md}]' } },
      'phases[0].prompt_file',
    ],
  ])('is refused with %s', async (_, request, field) => {
    const { status, body, taken } = await importing(request);

    expect({ status, body }).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect(taken).toEqual([]);
  });

  it('is not exported in another format, larger than an answer, or where it is none', async () => {
    const phases = [{ ...phase('plan', 1), allowedTools: Array<string>(420_000).fill('a') }];
    const workflowId = `w-${randomUUID()}`;
    const { minPosition } = await gateway.record(`workflow-${workflowId}`, [workflowCreated(workflowId, { phases })]);
    await gateway.read(`/api/workflows?limit=1`, minPosition);

    const [format, size, none] = await Promise.all(
      [`${workflowId}/export?format=zip`, `${workflowId}/export`, 'none/export'].map((path) =>
        gateway.call('GET', `/api/workflows/${path}`),
      ),
    );
    expect(format?.status).toBe(422);
    expect(size?.body).toMatchObject({ code: 'workflow.package_too_large' });
    expect(none?.status).toBe(404);
  });
});
