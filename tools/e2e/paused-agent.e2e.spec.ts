import { eventually, inOrder, useModels, type ModelAnswer } from '@syntropic/testing';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { usePlatform } from './platform';
import { workflow } from './workflows';

const CLAUDE = join(__dirname, '../agents/claude/node_modules/@anthropic-ai');
const describeWithClaude = existsSync(CLAUDE) ? describe : describe.skip;

/** Sonnet 5.5: 2 and 10 dollars for a million tokens, so that each call costs 0.03. */
const usage = { inputTokens: 10_000, outputTokens: 1_000 };
const tool = (name: string) => ({
  name: 'Bash',
  input: { command: `echo ${name} >> artifacts/output/tools`, description: 'leaves its name' },
});

describeWithClaude('Claude Code, paused through the API', () => {
  const models = useModels();
  const platform = usePlatform({
    environment: () => ({ ANTHROPIC_BASE_URL: models().url, ANTHROPIC_API_KEY: 'key', PAUSE_HOLD_SECONDS: '3' }),
  });

  /** Pauses in the second call, whose answer orders another tool. */
  const pauseInSecondCall = async (name: string, ...further: readonly ModelAnswer[]) => {
    let open: () => void = () => undefined;
    const until = new Promise<void>((resolve) => (open = resolve));
    models().clear();
    const second = { tools: [tool('second')], usage, until };
    models().answer(inOrder({ tools: [tool('first')], usage }, second, ...further));
    const agent = 'agent: {provider: claude, model: claude-sonnet-5-5}\nprompt_template: Do your work';
    await platform.createWorkflow(workflow(name, agent));
    const id = await platform.execute(name);
    await eventually(() => models().requests.length === 2);
    await platform.post(`/api/executions/${id}/pause`, { reason: 'lunch' });
    open();
    await platform.reaches(id, 'paused');
    return id;
  };
  const contentOf = async ([id = '']: readonly string[]) =>
    z.object({ content: z.string() }).parse((await platform.get(`/api/artifacts/${id}/content`)).body).content;

  it('makes no call and uses no tool until it is resumed, and repeats none', async () => {
    const id = await pauseInSecondCall('held', { text: 'Done.', usage });
    expect(models().requests).toHaveLength(2);
    await platform.post(`/api/executions/${id}/resume`);

    const { total_cost_usd, tool_call_count, artifact_ids } = await platform.reaches(id, 'completed');
    expect({ total_cost_usd, tool_call_count }).toEqual({ total_cost_usd: '0.09', tool_call_count: 2 });
    expect(models().requests.map(({ end }) => end)).toEqual(['answered', 'answered', 'answered']);
    await expect(contentOf(artifact_ids)).resolves.toBe('first\nsecond\n');
  });

  it('is parked after a while, and goes on with its conversation, and runs no tool again', async () => {
    const id = await pauseInSecondCall('parked', { text: 'Done.', usage });
    for await (const { event } of platform.frames(id)) {
      if (event !== 'PhaseParked') continue;
      expect(models().requests).toHaveLength(2);
      await platform.post(`/api/executions/${id}/resume`);
    }

    const { total_cost_usd, artifact_ids } = await platform.reaches(id, 'completed');
    expect(total_cost_usd).toBe('0.09');
    expect(models().requests).toHaveLength(3);
    expect(new Set(models().requests.map(({ session }) => session)).size).toBe(1);
    expect(models().requests.at(-1)?.text).toContain('You were paused');
    // The runner may hear of the pause when the second tool has begun: then it has run once, and is not run again.
    await expect(contentOf(artifact_ids)).resolves.toMatch(/^first\n(second\n)?$/);
  });
});
