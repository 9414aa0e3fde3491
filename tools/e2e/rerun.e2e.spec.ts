import { eventually } from '@syntropic/testing';
import { z } from 'zod';
import { usePlatform } from './platform';
import { shell, simulated, workflow } from './workflows';

const platform = usePlatform();

const Rerun = z.object({ execution_id: z.string(), rerun_of: z.string() });

const rerun = async (id: string, body?: object) => {
  const { status, body: reply } = await platform.post(`/api/executions/${id}/rerun`, body);
  if (status !== 200) throw new Error(`the rerun was refused: ${JSON.stringify(reply)}`);
  return Rerun.parse(reply).execution_id;
};
const stateOf = async (id: string) => (await platform.get(`/api/executions/${id}/state`)).body;
const artifactsOf = async (id: string) =>
  z
    .array(z.looseObject({ id: z.string(), title: z.string(), phase_id: z.string() }))
    .parse((await platform.get(`/api/artifacts?execution_id=${id}`)).body);
const contentOf = async (id: string, title: string) => {
  const artifact = (await artifactsOf(id)).find((one) => one.title.endsWith(title));
  const { body } = await platform.get(`/api/artifacts/${artifact?.id ?? ''}/content`);
  return z.looseObject({ content: z.string() }).parse(body).content;
};

const sessionsOf = ({ phases }: Awaited<ReturnType<typeof platform.execution>>) =>
  phases.map(({ session_id }) => session_id);

describe('a rerun', () => {
  const build = `cp artifacts/input/phase-1/*.md artifacts/output/built.md
test "{{word}}" = right`;
  const publish = `cat artifacts/input/phase-1/*.md artifacts/input/phase-2/built.md > artifacts/output/all.md`;
  const three = (id: string) =>
    `${workflow(id, simulated('turns: 2, delay_ms: 1'), shell(build), shell(publish))}inputs: [{name: word}]\n`;

  it('goes on where it failed with a corrected input: the first phase runs once, and its cost is apart', async () => {
    await platform.createWorkflow(three('corrected'));
    const source = await platform.execute('corrected', { inputs: { word: 'wrong' } });
    const failed = await platform.reaches(source, 'failed');
    expect(failed.phases.map(({ status }) => status)).toEqual(['completed', 'failed', 'pending']);
    expect(Number(failed.total_cost_usd)).toBeGreaterThan(0);
    expect((await platform.send('DELETE', '/api/workflows/corrected')).status).toBe(200);

    const id = await rerun(source, { inputs: { word: 'right' } });
    const frames: { event: string; data: unknown }[] = [];
    for await (const { event, data } of platform.framesFromStart(id)) frames.push({ event, data });
    const completed = await platform.reaches(id, 'completed');

    expect(completed).toMatchObject({
      rerun_of: source,
      taken_over_phases: 1,
      taken_over_cost_usd: failed.total_cost_usd,
      taken_over_tokens: failed.total_tokens,
      total_cost_usd: '0',
      total_tokens: 0,
      inputs: { word: 'right' },
    });
    expect(sessionsOf(completed)[0]).toBe(sessionsOf(failed)[0]);
    expect(sessionsOf(completed)[1]).not.toBe(sessionsOf(failed)[1]);
    expect(frames.flatMap(({ event, data }) => (event === 'PhaseQueued' ? phaseOf(data) : []))).not.toContain(
      'phase-1',
    );
    expect(await stateOf(id)).toMatchObject({ state: 'completed', rerun_of: source, taken_over_phases: 1 });
    expect(await platform.execution(source)).toMatchObject({ status: 'failed', reruns: [id] });

    expect((await artifactsOf(id)).map(({ phase_id }) => phase_id)).toEqual(
      expect.not.arrayContaining(['phase-1']) as string[],
    );
    const report = await contentOf(source, 'report.md');
    expect(await contentOf(id, 'built.md')).toBe(report);
    expect(await contentOf(id, 'all.md')).toBe(report + report);
  });

  it('of a rerun finds the files where the phase ran, and begins where it is told', async () => {
    await platform.createWorkflow(three('again'));
    const source = await platform.execute('again', { inputs: { word: 'right' } });
    const first = await platform.reaches(source, 'completed');
    const refused = await platform.post(`/api/executions/${source}/rerun`);
    expect(refused).toMatchObject({ status: 422, body: { code: 'execution.nothing_to_rerun', field: 'from_phase' } });

    const second = await rerun(source, { from_phase: 'phase-2' });
    await platform.reaches(second, 'completed');
    const third = await rerun(second, { from_phase: 'phase-3' });
    const last = await platform.reaches(third, 'completed');

    expect(sessionsOf(last)).toEqual([
      sessionsOf(first)[0],
      sessionsOf(await platform.execution(second))[1],
      expect.any(String),
    ]);
    expect(last.phases.map((phase) => phase['taken_over'])).toMatchObject([
      { execution_id: source },
      { execution_id: second },
      null,
    ]);
    expect(last).toMatchObject({ rerun_of: second, taken_over_phases: 2, completed_phases: 3 });
    expect(await contentOf(third, 'all.md')).toBe((await contentOf(source, 'report.md')).repeat(2));
  });
});

describe('executions whose runner is killed', () => {
  const slow = simulated('turns: 60, tools_per_turn: 1, delay_ms: 50');
  const patient = (id: string, backoff: number) =>
    `${workflow(id, slow)}interruption_retries: {max: 1, backoff_seconds: ${backoff}}\n`;

  it('go on by themselves where their workflow says so; a rerun before that ends them', async () => {
    await platform.createWorkflow(patient('soon', 1));
    await platform.createWorkflow(patient('much-later', 3_600));
    const [soon, later] = [await platform.execute('soon'), await platform.execute('much-later')];
    for (const id of [soon, later]) {
      await eventually(async () => (await platform.execution(id)).phases[0]?.status === 'running');
    }

    const frames = platform.frames(soon);
    const told: { event: string; data: unknown }[] = [];
    const ended = (async () => {
      for await (const { event, data } of frames) told.push({ event, data });
    })();
    await platform.kill('agent-runner');
    await ended;

    const dataOf = (event: string) => told.find((frame) => frame.event === event)?.data;
    expect(parsed(dataOf('ExecutionInterrupted'))).toMatchObject({
      why: 'lease_lost',
      retry_in_seconds: 1,
      retry_at: expect.any(String) as string,
    });
    expect(parsed(dataOf('ExecutionRetried'))).toMatchObject({ automatic_retry: 1 });
    expect(told.at(-1)?.event).toBe('ExecutionCompleted');
    expect(await platform.execution(soon)).toMatchObject({ status: 'completed', automatic_retries: 1, retry_at: null });

    await platform.reaches(later, 'interrupted');
    expect(await stateOf(later)).toMatchObject({ retry_at: expect.any(String) as string, automatic_retries: 0 });
    const id = await rerun(later);
    const source = await platform.reaches(later, 'cancelled');
    expect(source).toMatchObject({ reason: `rerun as ${id}`, retry_at: null, reruns: [id] });
    await platform.reaches(id, 'completed');
  }, 180_000);
});

const parsed = (data: unknown): unknown => (typeof data === 'string' ? JSON.parse(data) : data);
const phaseOf = (data: unknown) => z.looseObject({ phase_id: z.string() }).parse(parsed(data)).phase_id;
