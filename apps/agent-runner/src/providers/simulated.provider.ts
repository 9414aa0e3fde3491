import { priceOf } from '@syntropic/telemetry';
import { program } from './program';
import { settingsOf, type Plan, type PlannedSession, type Provider } from './provider';

const MODEL = 'claude-haiku-4-5-20251001';
const TOOLS = ['Bash'];
const TOKENS_PER_ANSWER = 80;

interface Script {
  readonly model: string;
  /** Dollars per million tokens; absent when nobody knows them. */
  readonly price: { readonly input: number; readonly output: number } | undefined;
  readonly tools: readonly string[];
  readonly outputPerTurn: number;
  readonly sessionId: string;
  readonly leg: number;
  readonly turns: number;
  readonly toolsPerTurn: number;
  readonly delayMs: number;
  readonly lineBytes: number;
  readonly fail: boolean;
}

/** An agent that only seems to think: it speaks Claude's stream-json, uses tools and leaves a report, as often and as fast as it is told. */
export class SimulatedProvider implements Provider {
  readonly name = 'simulated';
  readonly canResume = false;
  readonly yields = 'output';

  plan({ agent, sessionId, leg, model = MODEL, maxTokens = Infinity, allowedTools }: PlannedSession): Promise<Plan> {
    const { turns, toolsPerTurn, delayMs, lineBytes, fail } = settingsOf('simulated', agent);
    const played = { sessionId, leg, turns, toolsPerTurn, delayMs, lineBytes, fail };
    const tools = allowedTools.length > 0 ? [...new Set(allowedTools.map(toolName))] : TOOLS;
    const outputPerTurn = Math.min(TOKENS_PER_ANSWER, maxTokens);
    const script = { ...played, model, price: priceNow(model), tools, outputPerTurn };
    return Promise.resolve({ argv: program<Script>(act, script), stdin: '', env: {} });
  }
}

/** `Bash(git:*)` allows some uses of a tool. */
const toolName = (allowed: string): string => allowed.replace(/\(.*/s, '');

function priceNow(model: string): Script['price'] {
  const price = priceOf(model, new Date().toISOString());
  return price && { input: Number(price.input), output: Number(price.output) };
}

/** Its source runs in the workspace, without this file. */
async function act(script: Script): Promise<void> {
  const { mkdirSync, writeFileSync } = process.getBuiltinModule('node:fs');
  const { model, price, tools, outputPerTurn } = script;
  const inputPerTurn = 1_200;
  const padding = 'x'.repeat(script.lineBytes);
  const startedAt = Date.now();

  const say = (line: object) => {
    const text = JSON.stringify({ ...line, session_id: script.sessionId });
    return new Promise((resolve) => process.stdout.write(`${text}\n`, resolve));
  };
  const pause = () => new Promise((resolve) => setTimeout(resolve, script.delayMs));
  const answer = (id: string, block: object) => {
    const usage = {
      input_tokens: inputPerTurn,
      output_tokens: 1,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    };
    const message = { model, id, type: 'message', role: 'assistant', content: [block], stop_reason: null, usage };
    return say({ type: 'assistant', message, parent_tool_use_id: null });
  };
  const result = (toolUseId: string, content: string) => {
    const block = { type: 'tool_result', tool_use_id: toolUseId, content, is_error: false };
    return say({ type: 'user', message: { role: 'user', content: [block] }, parent_tool_use_id: null });
  };

  await say({ type: 'system', subtype: 'init', cwd: process.cwd(), tools, model, permissionMode: 'default' });
  for (let turn = 1; turn <= script.turns; turn++) {
    await pause();
    const messageId = `msg_${script.leg}_${turn}`;
    await answer(messageId, { type: 'text', text: `Turn ${turn} of ${script.turns}. ${padding}` });
    for (let tool = 1; tool <= script.toolsPerTurn; tool++) {
      const id = `toolu_${script.leg}_${turn}_${tool}`;
      const name = tools[(turn * script.toolsPerTurn + tool) % tools.length];
      await answer(messageId, { type: 'tool_use', id, name, input: { command: `echo ${turn}.${tool}` } });
      await pause();
      await result(id, `${turn}.${tool} ${padding}`);
    }
  }

  const inputTokens = script.turns * inputPerTurn;
  const outputTokens = script.turns * outputPerTurn;
  const costUSD = price && (price.input * inputTokens + price.output * outputTokens) / 1e6;
  if (!script.fail) {
    mkdirSync('artifacts/output', { recursive: true });
    writeFileSync(
      'artifacts/output/report.md',
      `# Report\n\n${script.turns} turns, ${script.turns * script.toolsPerTurn} tools.\n`,
    );
  }
  await say({
    type: 'result',
    subtype: script.fail ? 'error_during_execution' : 'success',
    is_error: script.fail,
    duration_ms: Date.now() - startedAt,
    num_turns: script.turns,
    result: script.fail ? 'It was told to fail.' : 'The report is written.',
    total_cost_usd: costUSD,
    usage: {
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    },
    modelUsage: {
      [model]: { inputTokens, outputTokens, cacheReadInputTokens: 0, cacheCreationInputTokens: 0, costUSD },
    },
  });
  process.exitCode = script.fail ? 1 : 0;
}
