import { describeWithAgent, eventually, inOrder, useModels, type ScriptedModels } from '@syntropic/testing';
import { z } from 'zod';
import { usePlatform } from './platform';
import { shell, workflow } from './workflows';

const models = useModels();
const platform = usePlatform({
  environment: () => ({ ANTHROPIC_BASE_URL: models().url, ANTHROPIC_API_KEY: 'key' }),
});

const Fact = z.looseObject({
  phase_id: z.string().optional(),
  attempt: z.int().optional(),
  recorded_at: z.string().optional(),
});

/** A phase that waits until the stream is read, which then misses nothing of the others. */
const gated = (id: string, ...phases: readonly string[]): string =>
  workflow(id, `execution_type: human_in_loop\n${shell('true')}`, ...phases);

async function* framesOf(id: string) {
  for await (const frame of platform.frames(id)) {
    yield frame;
    if (frame.event !== 'snapshot') continue;
    await eventually(async () => (await platform.execution(id)).phases[0]?.status === 'waiting');
    expect((await platform.post(`/api/executions/${id}/phases/phase-1/approve`)).status).toBe(200);
  }
}

/** The domain events of an execution from the first approval until its end, as `<event> <phase>`, with their data. */
async function factsOf(id: string) {
  const facts: { what: string; data: z.infer<typeof Fact> }[] = [];
  for await (const { event, data } of framesOf(id)) {
    const fact = Fact.parse(JSON.parse(data));
    if (fact.recorded_at !== undefined) facts.push({ what: `${event} ${fact.phase_id ?? ''}`.trim(), data: fact });
  }
  return facts;
}

it('parallel phases run at the same time, and the next one when both are done', async () => {
  const parallel = `execution_type: parallel\n${shell('sleep 3')}`;
  await platform.createWorkflow(gated('side-by-side', parallel, parallel, shell('true')));
  const facts = (await factsOf(await platform.execute('side-by-side'))).map(({ what }) => what);

  const position = (what: string) => facts.indexOf(what);
  const ends = [position('PhaseCompleted phase-2'), position('PhaseCompleted phase-3')];
  for (const what of ['PhaseStarted phase-2', 'PhaseStarted phase-3']) {
    expect(position(what)).toBeGreaterThan(-1);
    expect(position(what)).toBeLessThan(Math.min(...ends));
  }
  expect(position('PhaseQueued phase-4')).toBeGreaterThan(Math.max(...ends));
  expect(facts.at(-1)).toBe('ExecutionCompleted');
});

it('a failing phase is tried again after its back-off, as often as declared, and then fails the execution', async () => {
  await platform.createWorkflow(
    gated('tried', `retries: {max: 2, backoff_seconds: 1}\n${shell('echo broken >&2; exit 3')}`, shell('true')),
  );
  const id = await platform.execute('tried');
  const facts = await factsOf(id);

  const of = (what: string) => facts.filter((fact) => fact.what === `${what} phase-2`).map(({ data }) => data);
  expect(of('PhaseQueued').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(of('PhaseFailed')).toMatchObject([{ retry_in_seconds: 1 }, { retry_in_seconds: 1 }, { attempt: 3 }]);
  for (const [n, { recorded_at = '' }] of of('PhaseFailed').slice(0, 2).entries()) {
    const next = of('PhaseQueued')[n + 1]?.recorded_at ?? '';
    expect(Date.parse(next) - Date.parse(recorded_at)).toBeGreaterThanOrEqual(1_000);
  }
  const { error_message, phases } = await platform.reaches(id, 'failed');
  expect(error_message).toContain('broken');
  expect(phases.map(({ status, attempt }) => [status, attempt])).toEqual([
    ['completed', 1],
    ['failed', 3],
    ['pending', 0],
  ]);
});

it('a phase ends at its timeout, and says so', async () => {
  await platform.createWorkflow(gated('endless', `timeout_seconds: 1\n${shell('while :; do sleep 1; done')}`));
  const id = await platform.execute('endless');
  expect(await factsOf(id)).toContainEqual(
    expect.objectContaining({
      what: 'PhaseFailed phase-2',
      data: expect.objectContaining({ error_type: 'timeout' }) as unknown,
    }),
  );
  await platform.reaches(id, 'failed');
});

it('a rejected phase fails with the words of the person, and starts no other', async () => {
  await platform.createWorkflow(workflow('judged', `execution_type: human_in_loop\n${shell('true')}`, shell('true')));
  const id = await platform.execute('judged');
  await eventually(async () => (await platform.execution(id)).phases[0]?.status === 'waiting');
  const rejected = await platform.post(`/api/executions/${id}/phases/phase-1/reject`, { reason: 'too short' });
  expect(rejected.status).toBe(200);
  const { error_message, phases } = await platform.reaches(id, 'failed');
  expect(error_message).toContain('too short');
  expect(phases.map(({ status }) => status)).toEqual(['failed', 'pending']);
});

it('text from outside is inserted as it is: no placeholder in it is filled', async () => {
  const hostile = '{{execution_id}} {{secret}} {{phase-2}} {{task}} $ARGUMENTS {{{{who}}}} $&';
  const leaves = shell("cat > artifacts/output/said.md <<'END'\n{{who}}\nEND");
  const prints = `agent: {provider: command, command: [cat]}
prompt_template: 'who {{who}} task $ARGUMENTS earlier {{phase-2}}'`;
  const inputs = 'inputs: [{name: who}, {name: secret, default: leaked}]';
  await platform.createWorkflow(`${gated('quoted', leaves, prints)}${inputs}\n`);
  const id = await platform.execute('quoted', { inputs: { who: hostile }, task: hostile });

  const said: string[] = [];
  for await (const { event, data } of framesOf(id)) {
    if (event === 'agent_output') said.push(z.looseObject({ text: z.string() }).parse(JSON.parse(data)).text);
  }
  await platform.reaches(id, 'completed');
  expect(said.join('\n').trim()).toBe(`who ${hostile} task ${hostile} earlier ${hostile}`);
});

describeWithAgent('claude', 'a phase of Claude Code', () => {
  const claude = (more: string) =>
    `agent: {provider: claude, model: claude-sonnet-5-5}\n${more}prompt_template: Do your work`;
  const bash = (command: string) => ({ name: 'Bash', input: { command, description: 'works' } });
  const start = async (name: string, phase: string, script: Parameters<ScriptedModels['answer']>[0]) => {
    models().clear();
    models().answer(script);
    await platform.createWorkflow(workflow(name, phase));
    return platform.execute(name);
  };

  it('uses the tools of its list, and no others', async () => {
    const [denied, allowed] = [bash('touch artifacts/output/denied.txt'), bash('git version')];
    const script = inOrder({ tools: [denied] }, { tools: [allowed] }, { text: 'Done.' });
    const id = await start('listed', claude("allowed_tools: ['Bash(git *)']\n"), script);
    const { artifact_ids } = await platform.reaches(id, 'completed', 120_000);

    const results = models().requests.flatMap(({ toolResults }) => toolResults);
    expect(results.map(({ isError }) => isError)).toEqual([true, false]);
    expect(results[1]?.text).toContain('git version');
    expect(artifact_ids).toEqual([]);
  }, 180_000);

  it('fails when its agent says that it failed', async () => {
    const id = await start('refused', claude(''), () => ({ status: 400, message: 'the model has no answer' }));
    const { error_message, phases } = await platform.reaches(id, 'failed', 120_000);
    expect(error_message).toContain('the model has no answer');
    expect(phases[0]).toMatchObject({ status: 'failed' });
  }, 180_000);
});
