import { addUsd } from '@syntropic/kernel';
import { describeWithAgent, inOrder, useModels, type ModelAnswer } from '@syntropic/testing';
import { z } from 'zod';
import { usePlatform } from './platform';
import { shell, simulated, workflow } from './workflows';

const Operation = z.looseObject({
  operation_id: z.string(),
  operation_type: z.string(),
  tool_output: z.string().nullable(),
  message_content: z.string().nullable(),
});
const Session = z.looseObject({ operations: z.array(Operation) });
const Artifacts = z.array(z.looseObject({ id: z.string(), title: z.string() }));
const Content = z.looseObject({ content: z.string() });
const Reply = z.object({ execution_id: z.string() }).loose();

const bash = (command: string) => ({ name: 'Bash', input: { command, description: 'does it' } });
/** Sonnet 5.5: 2 and 10 dollars for a million tokens. */
const usage = { inputTokens: 10_000, outputTokens: 1_000 };
const COST_OF_CALL = '0.03';
const costOf = (calls: number) => addUsd(...Array.from({ length: calls }, () => COST_OF_CALL));

describeWithAgent('claude', 'a fork', () => {
  const models = useModels();
  const platform = usePlatform({
    environment: () => ({ ANTHROPIC_BASE_URL: models().url, ANTHROPIC_API_KEY: 'the-secret' }),
  });
  const answer = (...answers: readonly ModelAnswer[]) => {
    models().clear();
    models().answer(inOrder(...answers));
  };
  const fork = async (id: string, body: object) => {
    const { status, body: reply } = await platform.post(`/api/executions/${id}/fork`, body);
    if (status !== 200) throw new Error(`the fork was refused: ${JSON.stringify(reply)}`);
    return Reply.parse(reply).execution_id;
  };
  const operationsOf = async (sessionId: string | null | undefined) =>
    Session.parse((await platform.get(`/api/sessions/${sessionId ?? ''}`)).body).operations;
  const contentOf = async (id: string, title: string) => {
    const artifacts = Artifacts.parse((await platform.get(`/api/artifacts?execution_id=${id}`)).body);
    const artifact = artifacts.find((one) => one.title.endsWith(title));
    return Content.parse((await platform.get(`/api/artifacts/${artifact?.id ?? ''}/content`)).body).content;
  };

  /** A phase before, a kept session of three calls, and a phase after it. */
  async function source(id: string) {
    answer(
      { text: 'I begin.', tools: [bash('cat artifacts/input/phase-1/word > artifacts/output/log')], usage },
      { tools: [bash('echo second >> artifacts/output/log')], usage },
      { text: 'It is done.', usage },
    );
    const claude = `agent: {provider: claude, model: claude-sonnet-5-5, keep_session: true}
prompt_template: Do your work with {{word}}`;
    const phases = [
      shell('echo first > artifacts/output/word'),
      claude,
      shell('cp artifacts/input/phase-2/log artifacts/output/copy'),
    ];
    await platform.createWorkflow(`${workflow(id, ...phases)}inputs: [{name: word, default: care}]\n`);
    const execution = await platform.execute(id);
    const completed = await platform.reaches(execution, 'completed');
    expect(completed).toMatchObject({ total_cost_usd: costOf(3), fork_of: null });
    return { execution, sessionId: completed.phases[1]?.session_id };
  }

  it('goes on from a tool in the midst of a session with another prompt, and both costs stand side by side', async () => {
    const { execution, sessionId } = await source('from-a-tool');
    const operations = await operationsOf(sessionId);
    const firstTool = operations.find(({ operation_type }) => operation_type === 'tool_execution_completed');

    answer({ tools: [bash('echo forked >> artifacts/output/log')], usage }, { text: 'Otherwise done.', usage });
    const prompt = 'Now do it in another way, and leave {{word}} as it is';
    const id = await fork(execution, { phase: 'phase-2', at: firstTool?.operation_id, prompt });
    const completed = await platform.reaches(id, 'completed');

    const [first] = models().requests;
    const history = JSON.stringify(first?.body['messages']);
    for (const kept of ['Do your work with care', 'I begin.', prompt]) expect(history).toContain(kept);
    expect(history).not.toContain('It is done.');
    expect(history).not.toContain('echo second');
    expect(models().requests).toHaveLength(2);
    expect(completed).toMatchObject({
      total_cost_usd: costOf(2),
      total_tokens: 22_000,
      cost_complete: true,
      taken_over_phases: 1,
      fork_of: {
        ...{ execution_id: execution, phase_id: 'phase-2', session_id: sessionId },
        ...{ cost_usd: costOf(1), total_tokens: 11_000, cost_complete: true },
      },
    });
    // The files are those of the session's end.
    expect(await contentOf(id, 'copy')).toBe('first\nsecond\nforked\n');
    expect((await platform.get(`/api/executions/${id}/state`)).body).toMatchObject({
      fork_of: { cost_usd: costOf(1) },
    });
    expect(await platform.execution(execution)).toMatchObject({ status: 'completed', total_cost_usd: costOf(3) });
    expect(await contentOf(execution, 'copy')).toBe('first\nsecond\n');
  });

  it('goes on from the end with other inputs, and can be forked again', async () => {
    const { execution } = await source('from-the-end');

    answer({ text: 'Again.', usage });
    const id = await fork(execution, { inputs: { word: 'more care' } });
    const completed = await platform.reaches(id, 'completed');
    const history = JSON.stringify(models().requests[0]?.body['messages']);
    for (const kept of ['It is done.', 'Do your work with more care']) expect(history).toContain(kept);
    expect(completed).toMatchObject({ total_cost_usd: costOf(1), fork_of: { entry_id: null, cost_usd: costOf(3) } });

    const [said] = (await operationsOf(completed.phases[1]?.session_id)).filter(
      ({ message_content }) => message_content === 'Again.',
    );
    answer({ text: 'And again.', usage });
    const third = await fork(id, { at: said?.operation_id, prompt: 'Further' });
    await expect(platform.reaches(third, 'completed')).resolves.toMatchObject({
      total_cost_usd: costOf(1),
      fork_of: { execution_id: id, cost_usd: costOf(1) },
    });
    expect(JSON.stringify(models().requests[0]?.body['messages'])).toContain('Do your work with more care');
  });

  it('is refused where there is nothing to go on from', async () => {
    const { execution, sessionId } = await source('refused');
    const operations = await operationsOf(sessionId);
    const started = operations.find(({ operation_type }) => operation_type === 'tool_execution_started');
    const refusals = [
      [{ phase: 'phase-1' }, 409, 'execution.session_not_kept'],
      [{ phase: 'phase-9' }, 404, 'execution.phase_not_found'],
      [{ at: started?.operation_id }, 422, 'execution.no_yield_point'],
      [{ at: '00000000-0000-4000-8000-000000000000' }, 422, 'execution.no_yield_point'],
      [{ inputs: { none: 'x' } }, 422, 'execution.unknown_input'],
      [{ prompt: '' }, 422, 'request.invalid'],
    ] as const;
    for (const [body, status, code] of refusals) {
      await expect(platform.post(`/api/executions/${execution}/fork`, body)).resolves.toMatchObject({
        status,
        body: { code },
      });
    }

    await platform.createWorkflow(workflow('not-kept', simulated('turns: 1, delay_ms: 1')));
    const other = await platform.execute('not-kept');
    await platform.reaches(other, 'completed');
    await expect(platform.post(`/api/executions/${other}/fork`)).resolves.toMatchObject({
      status: 409,
      body: { code: 'execution.session_not_kept', detail: expect.stringContaining('keep_session') as string },
    });
  });
});
