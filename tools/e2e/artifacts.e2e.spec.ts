import { eventually } from '@syntropic/testing';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { usePlatform } from './platform';
import { shell, workflow } from './workflows';

const platform = usePlatform();

const PATIENCE = { within: 120_000 };

/** The objects with the bytes of this text, by their names in the store. */
function objectsOf(text: string): readonly string[] {
  const hash = createHash('sha256').update(text).digest('hex');
  const directory = join(platform.dataDirectory, 'objects', hash.slice(0, 2));
  return existsSync(directory) ? readdirSync(directory).filter((name) => name.startsWith(hash)) : [];
}

async function add(content: string): Promise<string> {
  const request = { workflow_id: 'w', artifact_type: 'text', title: 'A text', content };
  const { status, body } = await platform.post('/api/artifacts', request);
  expect({ status, body }).toMatchObject({ status: 201 });
  return z.object({ id: z.string() }).parse(body).id;
}

const Files = z.array(z.looseObject({ id: z.string(), path: z.string() }));

/** The artifact of this execution with this path. */
const fileOf = (executionId: string, path: string) =>
  eventually(async () => {
    const { body } = await platform.get(`/api/artifacts?execution_id=${executionId}`);
    const [file] = Files.parse(body).filter((one) => one.path === path);
    return z.string().parse(file?.id);
  }, PATIENCE);

const contentOf = async (id: string) =>
  (await platform.get(`/api/artifacts/${id}/content`, { accept: 'application/octet-stream' })).body;

const remove = async (id: string) => {
  const { status, headers } = await platform.send('DELETE', `/api/artifacts/${id}`);
  expect(status).toBe(200);
  const seen = { 'x-min-position': headers.get('x-position') ?? '' };
  await eventually(async () => {
    expect((await platform.get(`/api/artifacts/${id}`, seen)).status).toBe(404);
  }, PATIENCE);
};

describe('the content of artifacts', () => {
  it('is removed with the last artifact that has it, also when the gateway is killed meanwhile', async () => {
    const [first, second] = [await add('shared'), await add('shared')];
    await remove(first);
    expect(await contentOf(second)).toBe('shared');

    await remove(second);
    await platform.kill('gateway');
    await eventually(() => {
      expect(objectsOf('shared')).toEqual([]);
    }, PATIENCE);

    const again = await add('shared');
    expect(await contentOf(again)).toBe('shared');
    expect(objectsOf('shared')).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.[0-9a-f-]+$/)]);
  }, 300_000);

  it('of an agent is served as it was replaced, and read by a rerun as it was written', async () => {
    const write = "printf 'by the agent' > artifacts/output/a.txt";
    const copy = 'cp artifacts/input/phase-1/a.txt artifacts/output/b.txt';
    await platform.createWorkflow(workflow('replaced', shell(write), shell(copy)));
    const execution = await platform.execute('replaced');
    await platform.reaches(execution, 'completed', 120_000);

    const written = await fileOf(execution, 'a.txt');
    const form = new FormData();
    form.append('file', new Blob(['by a person'], { type: 'text/markdown' }), 'a.txt');
    const upload = await fetch(`${platform.url}/api/artifacts/${written}/upload`, { method: 'POST', body: form });
    expect(upload.status).toBe(200);
    await eventually(async () => {
      expect(await contentOf(written)).toBe('by a person');
    }, PATIENCE);

    const rerun = await platform.post(`/api/executions/${execution}/rerun`, { from_phase: 'phase-2' });
    const { execution_id } = z.object({ execution_id: z.string() }).parse(rerun.body);
    await platform.reaches(execution_id, 'completed', 120_000);
    expect(await contentOf(await fileOf(execution_id, 'b.txt'))).toBe('by the agent');
  }, 300_000);

  it('is no input any more once it is removed, which the output says', async () => {
    const write = 'echo mine > artifacts/output/kept.txt; echo yours > artifacts/output/deleted.txt';
    const list = 'ls artifacts/input/phase-1 | tee artifacts/output/list.txt';
    await platform.createWorkflow(workflow('deleted', shell(write), shell(list)));
    const execution = await platform.execute('deleted');
    await platform.reaches(execution, 'completed', 120_000);

    await remove(await fileOf(execution, 'deleted.txt'));
    await eventually(() => {
      expect(objectsOf('yours\n')).toEqual([]);
    }, PATIENCE);
    const rerun = await platform.post(`/api/executions/${execution}/rerun`, { from_phase: 'phase-2' });
    const { execution_id } = z.object({ execution_id: z.string() }).parse(rerun.body);
    const { phases } = await platform.reaches(execution_id, 'completed', 120_000);
    expect(await contentOf(await fileOf(execution_id, 'list.txt'))).toBe('kept.txt\n');
    await eventually(async () => {
      const { body } = await platform.get(`/api/sessions/${phases[1]?.session_id ?? ''}/transcript`);
      expect(JSON.stringify(body)).toContain('because their artifacts were deleted: phase-1/deleted.txt');
    }, PATIENCE);
  }, 300_000);
});
