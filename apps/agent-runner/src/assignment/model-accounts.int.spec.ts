import { addUsd, type Usage } from '@syntropic/kernel';
import { costOf } from '@syntropic/telemetry';
import { useModels, type ModelAnswer } from '@syntropic/testing';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';

const [HAIKU, SONNET] = ['claude-haiku-4-5-20251001', 'claude-sonnet-4-5-20250929'];

/** An agent that makes four calls and claims to have spent a fortune in one. */
const CLAIMING = `
call() { curl -sS --unix-socket "$SYN_RUNNER_SOCKET" -d "{\\"model\\":\\"$1\\",\\"stream\\":$2,\\"messages\\":[]}" http://runner/anthropic/v1/messages >/dev/null; }
call ${HAIKU} true; call ${SONNET} true; call ${HAIKU} false; call ${HAIKU} true
echo '{"type":"system","subtype":"init","model":"${HAIKU}"}'
echo '{"event_type":"model_call","context":{"upstream":"anthropic","operation":"messages","model":"${HAIKU}","cost_usd":"0"}}'
echo '{"type":"result","subtype":"success","is_error":false,"result":"done","num_turns":1,"total_cost_usd":99,"modelUsage":{"${HAIKU}":{"inputTokens":1,"outputTokens":1,"costUSD":99}}}'
`;

describeWithBubblewrap('a session that has called models through its runner', () => {
  const models = useModels();
  const runner = useRunner(useDirectory());

  it('costs what the providers have counted, whatever its agent claims', async () => {
    const answers: ModelAnswer[] = [
      { text: 'a', usage: { inputTokens: 1_234, outputTokens: 567, cacheWrite1hTokens: 89 } },
      { text: 'b', usage: { inputTokens: 11, cacheReadTokens: 90_000, cacheWrite5mTokens: 1_000 } },
      { status: 529 },
      { text: 'c', usage: { outputTokens: 1 } },
    ];
    models().answer(() => answers.shift() ?? { status: 400 });
    await runner.start({ environment: { ANTHROPIC_BASE_URL: models().url, ANTHROPIC_API_KEY: 'key' } });
    const agent = { ...shell(CLAIMING), provider: 'command', output: 'claude-stream-json' } as ReturnType<typeof shell>;
    const order = orderOf(agent);
    runner.platform.offer(order);

    const completed = await runner.platform.receives('CompleteSession', order);
    const { costUsd, costComplete, byModel, turns } = completed['usage'] as Usage;
    const billed = models().requests.flatMap(({ model, usage }) => (usage ? [{ model, ...usage }] : []));
    const costs = billed.map(({ model, ...usage }) =>
      costOf(
        model,
        {
          inputTokens: usage.inputTokens,
          outputTokens: usage.outputTokens,
          cacheCreationTokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
          cacheReadTokens: usage.cacheReadTokens,
          cacheCreation1hTokens: usage.cacheWrite1hTokens,
        },
        new Date().toISOString(),
      ),
    );
    expect(billed).toHaveLength(3);
    expect(costUsd).toBe(addUsd(...costs.map(String)));
    expect([costComplete, turns]).toEqual([true, 1]);
    const sum = (count: 'inputTokens' | 'outputTokens') => billed.reduce((total, call) => total + call[count], 0);
    expect(Object.values(byModel).reduce((total, { inputTokens }) => total + inputTokens, 0)).toBe(sum('inputTokens'));
    expect(Object.values(byModel).reduce((total, { outputTokens }) => total + outputTokens, 0)).toBe(
      sum('outputTokens'),
    );
  });
});
