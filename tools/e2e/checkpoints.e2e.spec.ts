import { describeWithAgent, eventually, gate, useModels, type ModelAnswer } from '@syntropic/testing';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AGENTS, CALL_USAGE, costOf, environmentOfAgents, phaseOf } from './agent-programs';
import { useOtherRunner } from './other-runner';
import { usePlatform } from './platform';
import { workflow } from './workflows';

const BEFORE = 'echo first >> artifacts/output/tools; echo kept > ~/note; mkdir -p a; ln -s ../a a/link; chmod 750 a';
const AFTER = 'cat ~/note >> artifacts/output/tools; stat -c "%a %N" a a/link >> artifacts/output/tools';
const LEFT = "first\nkept\n750 'a'\n777 'a/link' -> '../a'\n";

const Parked = z.object({ why: z.string(), checkpoint: z.object({ uri: z.string() }) });

const models = useModels();
const environment = () => environmentOfAgents(models().url);
const platform = usePlatform({ environment });
const other = useOtherRunner(platform);

for (const { provider, model, shell, prices } of AGENTS) {
  describeWithAgent(provider, `${provider}, whose runner goes for good`, () => {
    /** Runs until the agent is in its second call, whose answer comes when it is let. Until it is parked, it is given tools that do nothing. */
    const inSecondCall = async (name: string) => {
      const { open: answer, opened: until } = gate();
      const usage = CALL_USAGE;
      const idle: ModelAnswer = { tools: [shell('true')], usage };
      const before: ModelAnswer[] = [
        { tools: [shell(BEFORE)], usage },
        { ...idle, until },
      ];
      const after: ModelAnswer[] = [
        { tools: [shell(AFTER)], usage },
        { text: 'Done.', usage },
      ];
      let isResumed = false;
      models().clear();
      models().answer(({ text }) => {
        isResumed ||= text.includes('You were paused');
        return isResumed ? (after.shift() ?? { status: 400 }) : (before.shift() ?? idle);
      });
      await other().start({ ...environment(), PAUSE_HOLD_SECONDS: '1' });
      await platform.createWorkflow(workflow(`${name}-${provider}`, phaseOf({ provider, model })));
      const id = await platform.execute(`${name}-${provider}`);
      await eventually(() => models().requests.length === 2);
      return { id, answer };
    };
    const parkingOf = async (id: string) => {
      for await (const { event, data } of platform.frames(id)) {
        if (event === 'PhaseParked') return Parked.parse(JSON.parse(data));
        if (event === 'ExecutionInterrupted') break;
      }
      throw new Error('it was not parked');
    };
    const isStored = ({ checkpoint: { uri } }: z.infer<typeof Parked>) => {
      const hash = uri.replace('sha256:', '');
      return existsSync(join(platform.dataDirectory, 'objects', hash.slice(0, 2), hash));
    };
    const contentOf = async ([id = '']: readonly string[]) =>
      z.object({ content: z.string() }).parse((await platform.get(`/api/artifacts/${id}/content`)).body).content;

    /** One conversation, whose tools each ran once, and whose costs are those of the models' log. */
    const isWhole = async (id: string) => {
      const { total_cost_usd, artifact_ids } = await platform.reaches(id, 'completed', 120_000);
      const calls = models().requests;
      expect(new Set(calls.map(({ end }) => end))).toEqual(new Set(['answered']));
      expect(Number(total_cost_usd)).toBeCloseTo(costOf(calls, prices), 9);
      expect(new Set(calls.map(({ session }) => session)).size).toBe(1);
      expect(calls.filter(({ text }) => text.includes('You were paused'))).toHaveLength(1);
      await expect(contentOf(artifact_ids)).resolves.toBe(LEFT);
    };

    it('goes on with another runner after it was parked', async () => {
      const { id, answer } = await inSecondCall('parked');
      await platform.post(`/api/executions/${id}/pause`);
      answer();
      const parked = await parkingOf(id);
      expect({ why: parked.why, isStored: isStored(parked) }).toEqual({ why: 'hold_expired', isStored: true });
      await other().end('SIGKILL');
      await platform.post(`/api/executions/${id}/resume`);

      await isWhole(id);
      await eventually(() => !isStored(parked));
    }, 240_000);

    it('goes on with another runner after its own was stopped in the midst of its work', async () => {
      const { id, answer } = await inSecondCall('stopped');
      const ended = other().end('SIGTERM');
      answer();
      const parked = await parkingOf(id);
      expect(parked.why).toBe('shutdown');
      await ended;

      await isWhole(id);
      await eventually(() => !isStored(parked));
    }, 240_000);
  });
}
