import { describeWithAgent, eventually, inOrder, useModels, type ModelAnswer } from '@syntropic/testing';
import { z } from 'zod';
import { AGENTS, costOf, environmentOfAgents, phaseOf } from './agent-programs';
import { usePlatform } from './platform';
import { workflow } from './workflows';

const models = useModels();
const platform = usePlatform({ environment: () => environmentOfAgents(models().url) });

/** An answer costs more than 0.2 dollars, and four times its output, which are reserved for the next one, 0.4. */
const usage = { inputTokens: 100_000, outputTokens: 10_000 };
/** Has room for the first call, for which at least 4,000 tokens of output are reserved, and not for the second. */
const ROOM_FOR_ONE = '0.35';

const Detail = z.object({
  reason: z.string().nullable(),
  budget: z.array(z.looseObject({ exceeded: z.looseObject({ cause: z.string() }).nullable(), spent: z.string() })),
});
const detailOf = async (id: string) => Detail.parse((await platform.get(`/api/executions/${id}`)).body);
const contentOf = async ([id = '']: readonly string[]) =>
  z.object({ content: z.string() }).parse((await platform.get(`/api/artifacts/${id}/content`)).body).content;
const post = async (id: string, path: string, body?: object) => {
  expect(await platform.post(`/api/executions/${id}/${path}`, body)).toMatchObject({ status: 200 });
};

const ends = () => models().requests.map(({ end }) => end);
const answered = () => ends().filter((end) => end === 'answered').length;
const conversations = () => new Set(models().requests.map(({ session }) => session)).size;

for (const agent of AGENTS) {
  describeWithAgent(agent.provider, `${agent.provider} at work`, () => {
    const work = (command: string): ModelAnswer => ({ tools: [agent.shell(command)], usage });
    const leave = (word: string) => work(`echo ${word} >> artifacts/output/words`);
    const done: ModelAnswer = { text: 'Done.', usage };
    const start = async (name: string, turns: readonly ModelAnswer[], more = '') => {
      models().clear();
      models().answer(inOrder(...turns));
      await platform.createWorkflow(`${workflow(`${name}-${agent.provider}`, phaseOf(agent))}${more}`);
      return platform.execute(`${name}-${agent.provider}`);
    };
    const costs = async (id: string, calls: Parameters<typeof costOf>[0]) => {
      await eventually(async () => {
        expect(Number((await platform.execution(id)).total_cost_usd)).toBeCloseTo(costOf(calls, agent.prices), 9);
      });
    };
    /** The API's cost is that of the models' log. */
    const costsWhatWasAnswered = (id: string) => costs(id, models().requests);
    /** Anthropic's API claims the input and a first token when an answer begins, OpenAI's claims everything at its end. */
    const claimedAtStart = agent.provider === 'claude' ? { ...usage, outputTokens: 1, cacheReadTokens: 0 } : undefined;
    const stoppedByBudget = async (name: string) => {
      const id = await start(name, [leave('one'), leave('two'), done], `budget: { usd: ${ROOM_FOR_ONE} }\n`);
      await platform.reaches(id, 'paused');
      expect(ends()).toEqual(['answered']);
      await costsWhatWasAnswered(id);
      return id;
    };

    it('stops for its budget before the call that has no room, and goes on in its conversation when it is raised', async () => {
      const id = await stoppedByBudget('limited');
      const { reason, budget } = await detailOf(id);
      expect(reason).toContain('has no room for the next call');
      expect(budget).toMatchObject([{ exceeded: { cause: 'reserved' } }]);
      expect(Number(budget[0]?.spent)).toBeCloseTo(costOf(models().requests, agent.prices), 9);

      await post(id, 'budget', { usd: 5 });
      await post(id, 'resume');
      const { tool_call_count, artifact_ids } = await platform.reaches(id, 'completed', 120_000);
      expect(ends()).toEqual(['answered', 'answered', 'answered']);
      expect(conversations()).toBe(1);
      expect(tool_call_count).toBe(2);
      await expect(contentOf(artifact_ids)).resolves.toBe('one\ntwo\n');
      await costsWhatWasAnswered(id);
      expect((await detailOf(id)).budget).toMatchObject([{ exceeded: null }]);
    });

    it('makes no further call when it is cancelled while its budget has stopped it', async () => {
      const id = await stoppedByBudget('given-up');
      await post(id, 'cancel');
      await platform.reaches(id, 'cancelled');
      expect(ends()).toEqual(['answered']);
      await costsWhatWasAnswered(id);
    });

    it('is cancelled by a hard budget before the call that has no room', async () => {
      const hard = `budget: { usd: { limit: ${ROOM_FOR_ONE}, on_exceeded: cancel } }\n`;
      const id = await start('strict', [leave('one'), leave('two'), done], hard);
      await platform.reaches(id, 'cancelled');
      expect((await detailOf(id)).reason).toContain('has no room for the next call');
      expect(ends()).toEqual(['answered']);
      await costsWhatWasAnswered(id);
    });

    it('makes no further call when it is cancelled in the midst of a tool', async () => {
      const id = await start('cancelled', [work('echo begun > artifacts/output/words; sleep 600'), done]);
      await eventually(async () => (await platform.execution(id)).tool_call_count === 1);
      await post(id, 'cancel');
      await platform.reaches(id, 'cancelled');
      expect(ends()).toEqual(['answered']);
      await costsWhatWasAnswered(id);
    });

    it('hangs up when it is cancelled in the midst of a call, and makes no other', async () => {
      const never = new Promise(() => undefined);
      const id = await start('cut-off', [leave('one'), { ...leave('two'), until: never }, done]);
      await eventually(() => models().requests.length === 2);
      await post(id, 'cancel');
      await platform.reaches(id, 'cancelled');
      await eventually(() => {
        expect(ends()).toEqual(['answered', 'client_gone']);
      });
      await costs(id, [...models().requests, { usage: claimedAtStart }]);
      expect((await platform.execution(id))['cost_complete']).toBe(false);
    });

    it('is retried in a new conversation after its runner was killed, and every call is paid once', async () => {
      const id = await start('lost', [work('test -e artifacts/output/words || sleep 600'), done]);
      await eventually(() => answered() === 1);
      await costsWhatWasAnswered(id);
      await platform.kill('agent-runner');
      await platform.reaches(id, 'interrupted');
      expect(models().requests).toHaveLength(1);

      models().answer(inOrder(leave('again'), done));
      await post(id, 'retry');
      const { artifact_ids } = await platform.reaches(id, 'completed', 120_000);
      await expect(contentOf(artifact_ids)).resolves.toBe('again\n');
      await costsWhatWasAnswered(id);
      const [first, ...later] = models().requests.map(({ session }) => session);
      expect(later).toHaveLength(2);
      expect(new Set(later).size).toBe(1);
      expect(later).not.toContain(first);
    });
  });
}
