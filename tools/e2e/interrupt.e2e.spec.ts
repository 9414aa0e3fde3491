import { describeWithAgent, eventually, inOrder, useModels } from '@syntropic/testing';
import { z } from 'zod';
import { AGENTS, CALL_USAGE, environmentOfAgents, phaseOf } from './agent-programs';
import { usePlatform } from './platform';
import { simulated, workflow } from './workflows';

const Control = z.object({
  control: z.string(),
  requested_at: z.string(),
  effective_at: z.string().nullable(),
  reason: z.string().nullable(),
});
const State = z.object({ state: z.string(), controls: z.array(Control).default([]) });
const Phases = z.array(z.looseObject({ attempt: z.number(), session_id: z.string() }));

const models = useModels();
const platform = usePlatform({ environment: () => environmentOfAgents(models().url) });
const interrupt = (id: string, headers?: Readonly<Record<string, string>>) =>
  platform.post(`/api/executions/${id}/interrupt`, { reason: 'wrong branch' }, headers);
const stateOf = async (id: string) => {
  const { state, controls } = State.parse((await platform.get(`/api/executions/${id}/state`)).body);
  return { state, control: controls.at(-1) };
};
const contentOf = async ([id = '']: readonly string[]) =>
  z.object({ content: z.string() }).parse((await platform.get(`/api/artifacts/${id}/content`)).body).content;

for (const { provider, model, shell } of AGENTS) {
  describeWithAgent(provider, `${provider}, interrupted`, () => {
    const tool = (name: string) => shell(`echo ${name} >> artifacts/output/tools`);

    it('is ended in the midst of a call, and a retry goes on in its conversation and runs no tool again', async () => {
      models().clear();
      models().answer(
        inOrder(
          { tools: [tool('first')], usage: CALL_USAGE },
          { text: 'Never told.', usage: CALL_USAGE, until: new Promise(() => undefined) },
          { tools: [tool('second')], usage: CALL_USAGE },
          { text: 'Done.', usage: CALL_USAGE },
        ),
      );
      await platform.createWorkflow(workflow(`interrupted-${provider}`, phaseOf({ provider, model })));
      const id = await platform.execute(`interrupted-${provider}`);
      await eventually(() => models().requests.length === 2);

      const key = { 'Idempotency-Key': `interruption of ${id}` };
      expect((await interrupt(id, key)).status).toBe(200);
      expect((await interrupt(id, key)).status).toBe(200);
      const before = await platform.reaches(id, 'interrupted');
      const { control } = await stateOf(id);
      expect(control).toMatchObject({ control: 'interrupt', reason: 'wrong branch' });
      expect(Date.parse(control?.effective_at ?? '')).toBeGreaterThanOrEqual(Date.parse(control?.requested_at ?? ''));
      const [kept] = Phases.parse(before.phases);

      // Another execution runs meanwhile: what the interrupted one would still ask for has had its time.
      await platform.createWorkflow(
        workflow(`meanwhile-${provider}`, simulated('turns: 3, tools_per_turn: 1, delay_ms: 50')),
      );
      await platform.reaches(await platform.execute(`meanwhile-${provider}`), 'completed');
      expect(models().requests).toHaveLength(2);

      expect((await platform.post(`/api/executions/${id}/retry`)).status).toBe(200);
      const after = await platform.reaches(id, 'completed');
      expect(models().requests).toHaveLength(4);
      expect(new Set(models().requests.map(({ session }) => session)).size).toBe(1);
      expect(models().requests[2]?.text).toContain('go on now');
      expect(JSON.stringify(models().requests[2]?.body)).toContain('echo first');
      expect(Phases.parse(after.phases)).toMatchObject([{ attempt: 2, session_id: kept?.session_id }]);
      await expect(contentOf(after.artifact_ids)).resolves.toBe('first\nsecond\n');
      expect((await stateOf(id)).control).toMatchObject({
        control: 'retry',
        effective_at: expect.any(String) as string,
      });
    });
  });
}

describe('an interruption', () => {
  it('is requested before it is a fact, in the stream, and can be repeated until then', async () => {
    await platform.createWorkflow(workflow('stoppable', simulated('turns: 400, tools_per_turn: 1, delay_ms: 50')));
    const id = await platform.execute('stoppable');
    const events: string[] = [];
    for await (const { event } of platform.framesFromStart(id)) {
      if (/^(Execution|PhaseParked|PhaseStarted)/.test(event)) events.push(event);
      if (event === 'PhaseStarted') await interrupt(id);
      if (event === 'ExecutionInterrupted') await platform.post(`/api/executions/${id}/cancel`);
    }
    expect(events).toEqual([
      ...['ExecutionStarted', 'PhaseStarted'],
      ...['ExecutionInterruptRequested', 'PhaseParked', 'ExecutionInterrupted'],
      ...['ExecutionCancelRequested', 'ExecutionCancelled'],
    ]);
    const { status, body } = await interrupt(id);
    expect({ status, body }).toMatchObject({ status: 400, body: { code: 'execution.has_ended' } });
  });
});
