import { describeWithAgent, eventually, inOrder, useModels, type ModelAnswer } from '@syntropic/testing';
import { z } from 'zod';
import { AGENTS, CALL_USAGE, costOf, environmentOfAgents, phaseOf } from './agent-programs';
import { usePlatform } from './platform';
import { workflow } from './workflows';

const models = useModels();
const platform = usePlatform({
  environment: () => ({ ...environmentOfAgents(models().url), PAUSE_HOLD_SECONDS: '3' }),
});
const contentOf = async ([id = '']: readonly string[]) =>
  z.object({ content: z.string() }).parse((await platform.get(`/api/artifacts/${id}/content`)).body).content;

for (const { provider, model, shell, prices } of AGENTS) {
  describeWithAgent(provider, `${provider}, paused through the API`, () => {
    const tool = (name: string) => shell(`echo ${name} >> artifacts/output/tools`);

    /** Pauses in the second call, whose answer orders another tool. */
    const pauseInSecondCall = async (name: string, ...further: readonly ModelAnswer[]) => {
      let open: () => void = () => undefined;
      const until = new Promise<void>((resolve) => (open = resolve));
      models().clear();
      // The tool takes a while, so that the runner has heard of the pause before the next call, on a busy machine too.
      const second = { tools: [shell('sleep 3; echo second >> artifacts/output/tools')], usage: CALL_USAGE, until };
      models().answer(inOrder({ tools: [tool('first')], usage: CALL_USAGE }, second, ...further));
      await platform.createWorkflow(workflow(`${name}-${provider}`, phaseOf({ provider, model })));
      const id = await platform.execute(`${name}-${provider}`);
      await eventually(() => models().requests.length === 2);
      await platform.post(`/api/executions/${id}/pause`, { reason: 'lunch' });
      open();
      await platform.reaches(id, 'paused');
      return id;
    };

    it('makes no call and uses no tool until it is resumed, and repeats none', async () => {
      const id = await pauseInSecondCall('held', { text: 'Done.', usage: CALL_USAGE });
      expect(models().requests).toHaveLength(2);
      await platform.post(`/api/executions/${id}/resume`);

      const { total_cost_usd, tool_call_count, artifact_ids } = await platform.reaches(id, 'completed');
      expect(Number(total_cost_usd)).toBeCloseTo(costOf(models().requests, prices), 9);
      expect(tool_call_count).toBe(2);
      expect(models().requests.map(({ end }) => end)).toEqual(['answered', 'answered', 'answered']);
      await expect(contentOf(artifact_ids)).resolves.toBe('first\nsecond\n');
    });

    it('is parked after a while, and goes on with its conversation, and runs no tool again', async () => {
      const id = await pauseInSecondCall('parked', { text: 'Done.', usage: CALL_USAGE });
      for await (const { event } of platform.frames(id)) {
        if (event !== 'PhaseParked') continue;
        expect(models().requests).toHaveLength(2);
        await platform.post(`/api/executions/${id}/resume`);
      }

      const { total_cost_usd, artifact_ids } = await platform.reaches(id, 'completed');
      expect(Number(total_cost_usd)).toBeCloseTo(costOf(models().requests, prices), 9);
      expect(models().requests).toHaveLength(3);
      expect(new Set(models().requests.map(({ session }) => session)).size).toBe(1);
      expect(models().requests.at(-1)?.text).toContain('You were paused');
      // The runner may hear of the pause when the second tool has begun: then it has run once, and is not run again.
      await expect(contentOf(artifact_ids)).resolves.toMatch(/^first\n(second\n)?$/);
    });
  });
}
