import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import { priceOf } from '@syntropic/telemetry';
import { program } from './program';
import { conversationOf, settingsOf, type Plan, type PlannedSession, type Provider } from './provider';

const MODEL = 'claude-haiku-4-5-20251001';
const TOOLS = ['Bash'];
const INPUT_TOKENS_PER_TURN = 1_200;
const OUTPUT_TOKENS_PER_TURN = 80;

type Settings = Extract<AgentConfiguration, { provider: 'simulated' }>;

/** Everything that the agent prints and writes, as far as it is known before the start. */
interface Script extends Pick<Settings, 'turns' | 'toolsPerTurn' | 'delayMs' | 'lineBytes' | 'fail'> {
  /** The agent's own id of its conversation: each leg begins another one. */
  readonly conversation: string;
  readonly leg: number;
  readonly model: string;
  readonly tools: readonly string[];
  readonly inputTokensPerTurn: number;
  readonly report: string;
  /** The last line, without its duration. */
  readonly result: object;
}

/** A scripted agent: it prints Claude's stream-json, uses tools and writes a report, with the configured number and speed of turns. */
export class SimulatedProvider implements Provider {
  readonly name = 'simulated';
  readonly canResume = false;
  readonly yields = 'output';

  plan({ agent, sessionId, leg, model = MODEL, maxTokens = Infinity, allowedTools }: PlannedSession): Promise<Plan> {
    const { turns, toolsPerTurn, delayMs, lineBytes, fail } = settingsOf('simulated', agent);
    const script: Script = {
      ...{ conversation: conversationOf(sessionId, leg), leg, turns, toolsPerTurn, delayMs, lineBytes, fail, model },
      tools: allowedTools.length > 0 ? [...new Set(allowedTools.map(toolName))] : TOOLS,
      inputTokensPerTurn: INPUT_TOKENS_PER_TURN,
      report: `# Report\n\n${turns} turns, ${turns * toolsPerTurn} tools.\n`,
      result: resultLine({ turns, fail, model, outputTokensPerTurn: Math.min(OUTPUT_TOKENS_PER_TURN, maxTokens) }),
    };
    return Promise.resolve({ argv: program<Script>(act, script), stdin: '', env: {} });
  }
}

/** The tool of a rule: `Bash(git:*)` allows some uses of Bash. */
const toolName = (allowed: string): string => allowed.replace(/\(.*/s, '');

type Result = Pick<Settings, 'turns' | 'fail'> & Readonly<{ model: string; outputTokensPerTurn: number }>;

function resultLine({ turns, fail, model, outputTokensPerTurn }: Result): object {
  const inputTokens = turns * INPUT_TOKENS_PER_TURN;
  const outputTokens = turns * outputTokensPerTurn;
  const costUSD = costOf(model, inputTokens, outputTokens);
  return {
    type: 'result',
    subtype: fail ? 'error_during_execution' : 'success',
    is_error: fail,
    num_turns: turns,
    result: fail ? 'It was told to fail.' : 'The report is written.',
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
  };
}

/** In dollars; undefined for a model without a known price. */
function costOf(model: string, inputTokens: number, outputTokens: number): number | undefined {
  const price = priceOf(model, new Date().toISOString());
  return price && (Number(price.input) * inputTokens + Number(price.output) * outputTokens) / 1e6;
}

/** Runs in the workspace as source text: nothing else of this file is available there. */
async function act(script: Script): Promise<void> {
  const { mkdirSync, writeFileSync } = process.getBuiltinModule('node:fs');
  const { model, tools, turns, toolsPerTurn } = script;
  const padding = 'x'.repeat(script.lineBytes);
  const startedAt = Date.now();

  const print = (line: object) => {
    const text = JSON.stringify({ ...line, session_id: script.conversation });
    return new Promise((resolve) => process.stdout.write(`${text}\n`, resolve));
  };
  const wait = () => new Promise((resolve) => setTimeout(resolve, script.delayMs));
  const answer = (id: string, block: object) => {
    const usage = {
      input_tokens: script.inputTokensPerTurn,
      output_tokens: 1,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    };
    const message = { model, id, type: 'message', role: 'assistant', content: [block], stop_reason: null, usage };
    return print({ type: 'assistant', message, parent_tool_use_id: null });
  };
  const toolResult = (toolUseId: string, content: string) => {
    const block = { type: 'tool_result', tool_use_id: toolUseId, content, is_error: false };
    return print({ type: 'user', message: { role: 'user', content: [block] }, parent_tool_use_id: null });
  };

  await print({ type: 'system', subtype: 'init', cwd: process.cwd(), tools, model, permissionMode: 'default' });
  for (let turn = 1; turn <= turns; turn++) {
    await wait();
    const messageId = `msg_${script.leg}_${turn}`;
    await answer(messageId, { type: 'text', text: `Turn ${turn} of ${turns}. ${padding}` });
    for (let tool = 1; tool <= toolsPerTurn; tool++) {
      const id = `toolu_${script.leg}_${turn}_${tool}`;
      const name = tools[(turn * toolsPerTurn + tool) % tools.length];
      await answer(messageId, { type: 'tool_use', id, name, input: { command: `echo ${turn}.${tool}` } });
      await wait();
      await toolResult(id, `${turn}.${tool} ${padding}`);
    }
  }

  if (!script.fail) {
    mkdirSync('artifacts/output', { recursive: true });
    writeFileSync('artifacts/output/report.md', script.report);
  }
  await print({ ...script.result, duration_ms: Date.now() - startedAt });
  process.exitCode = script.fail ? 1 : 0;
}
