import { eventually } from '@syntropic/testing';
import { z } from 'zod';
import { usePlatform } from './platform';
import { shell, simulated, workflow } from './workflows';

const platform = usePlatform();

describe('the main job', () => {
  it('runs a workflow from YAML: phases in order, files passed on, everything readable', async () => {
    const bytes = String.raw`printf 'a\000\377b' > artifacts/output/data.bin; echo made > artifacts/output/note.md`;
    const check =
      'cmp artifacts/input/phase-1/data.bin artifacts/input/phase-1/data.bin; wc -c < artifacts/input/phase-1/data.bin > artifacts/output/size.txt';
    await platform.createWorkflow(workflow('two-steps', shell(bytes), shell(check)));

    const id = await platform.execute('two-steps');
    const { phases, artifact_ids } = await platform.reaches(id, 'completed');

    expect(phases.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(artifact_ids).toHaveLength(3);
    const artifacts = z
      .array(z.looseObject({ id: z.string(), path: z.string().optional(), title: z.string() }))
      .parse((await platform.get('/api/artifacts?workflow_id=two-steps')).body);
    const size = artifacts.find(({ title }) => title.endsWith('size.txt'));
    expect((await platform.get(`/api/artifacts/${size?.id ?? ''}/content`)).body).toMatchObject({ content: '4\n' });
  });

  it('runs a phase with its own model, tools and inputs', async () => {
    const leaves = (type: string) =>
      `output_artifacts: [${type}]\n${shell(`echo ${type} > artifacts/output/${type}.txt`)}`;
    const takes = 'input_artifacts: [summary]\n' + shell('ls -R artifacts/input > artifacts/output/seen.txt');
    const settings = 'model: sonnet\nmax_tokens: 10\nallowed_tools: [Read]\n';
    await platform.createWorkflow(
      workflow('settings', leaves('summary'), leaves('draft'), takes, settings + simulated('turns: 2, delay_ms: 1')),
    );
    const id = await platform.execute('settings');
    const { phases, artifact_ids } = await platform.reaches(id, 'completed');

    const seen = await platform.get(`/api/artifacts/${artifact_ids[2] ?? ''}/content`);
    expect(seen.body).toMatchObject({ content: expect.not.stringContaining('draft.txt') as string });
    expect(seen.body).toMatchObject({ content: expect.stringContaining('summary.txt') as string });
    // Sonnet: 3 and 15 dollars for a million tokens.
    expect(phases[3]).toMatchObject({
      cost_by_model: { sonnet: '0.0075' },
      output_tokens: 20,
      operations: expect.arrayContaining([expect.objectContaining({ tool_name: 'Read' })]) as unknown[],
    });
    expect(phases[3]).not.toMatchObject({
      operations: expect.arrayContaining([expect.objectContaining({ tool_name: 'Bash' })]) as unknown[],
    });
  });

  it('shows it live on one connection, from the first frame to the last', async () => {
    await platform.createWorkflow(workflow('watched-live', shell('sleep 2; echo one; echo two')));
    const id = await platform.execute('watched-live');

    const events: string[] = [];
    for await (const frame of platform.frames(id)) events.push(frame.event);

    expect(events[0]).toBe('snapshot');
    expect(events.at(-1)).toBe('ExecutionCompleted');
    expect(events).toEqual(expect.arrayContaining(['agent_output', 'SessionCompleted', 'PhaseCompleted']));
  });

  it('runs a workflow as it was at the start', async () => {
    const second = shell('echo first > artifacts/output/text.txt');
    await platform.createWorkflow(workflow('changed', `execution_type: human_in_loop\n${shell('true')}`, second));
    const id = await platform.execute('changed', { task: 'a task' });
    await eventually(async () => {
      expect((await platform.execution(id)).phases[0]?.status).toBe('waiting');
    });

    const prompt_template = 'echo second > artifacts/output/text.txt';
    const changed = await platform.send('PUT', '/api/workflows/changed/phases/phase-2', { prompt_template });
    await platform.post(`/api/executions/${id}/phases/phase-1/approve`);
    const { artifact_ids, inputs } = await platform.reaches(id, 'completed');

    expect(changed.status).toBe(200);
    expect(inputs).toEqual({ task: 'a task' });
    const { body } = await platform.get(`/api/artifacts/${artifact_ids[0] ?? ''}/content`);
    expect(body).toMatchObject({ content: 'first\n' });
  });

  it('fails with the error output of its agent', async () => {
    await platform.createWorkflow(workflow('broken', shell('echo "no such thing" >&2; exit 3')));
    const { error_message, phases } = await platform.reaches(await platform.execute('broken'), 'failed');

    expect(error_message).toContain('exit code 3');
    expect(error_message).toContain('no such thing');
    expect(phases[0]?.status).toBe('failed');
  });
});
