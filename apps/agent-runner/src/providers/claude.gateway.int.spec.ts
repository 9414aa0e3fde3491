import { describeWithAgent, eventually, inOrder } from '@syntropic/testing';
import { bash, parserOf, resultsIn, useClaudeBehindGateway } from '../../test/claude.fixture';
import { toTheEnd } from '../../test/session.fixture';
import { useDirectory } from '../../test/workspace.fixture';

describeWithAgent('claude', 'Claude Code behind the model gateway', () => {
  const { models, start } = useClaudeBehindGateway(useDirectory());

  it('works without a credential of its own, and its usage is that of its calls', async () => {
    const usage = { inputTokens: 1_000, cacheWrite1hTokens: 500, cacheReadTokens: 200, outputTokens: 100 };
    models().answer(inOrder({ tools: [bash('env; cat /proc/self/environ')], usage }, { text: 'Done.', usage }));

    const { finished, texts, lines } = await toTheEnd(await start());

    expect(finished).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(resultsIn(texts)).toMatchObject([{ is_error: false }]);
    expect(models().requests.map(({ headers }) => headers['x-api-key'])).toEqual(['the-secret', 'the-secret']);
    expect(models().requests.at(-1)?.toolResults[0]?.text).toContain('SYN_RUNNER_SOCKET');
    expect(JSON.stringify(lines)).not.toContain('the-secret');
    expect(parserOf(lines).usage).toMatchObject({
      costComplete: true,
      byModel: {
        'claude-sonnet-5-5': {
          inputTokens: 2_000,
          outputTokens: 200,
          cacheReadTokens: 400,
          cacheCreationTokens: 1_000,
        },
      },
    });
  });

  it('calls no model and runs no tool while it is paused, and goes on afterwards', async () => {
    models().answer(inOrder({ tools: [bash('true')] }, { tools: [bash('true')] }, { text: 'Done.' }));

    const run = await start();
    const end = toTheEnd(run);
    await eventually(() => models().requests.length > 0);
    const yieldPoint = await run.requestPause();
    expect(yieldPoint).toBeDefined();
    const before = models().requests.length;
    expect(before).toBeLessThan(3);
    await run.resume();

    expect((await end).finished.outcome).toBe('completed');
    expect(models().requests).toHaveLength(3);
  });
});
