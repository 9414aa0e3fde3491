import { AGENT_PROGRAMS } from '@syntropic/testing';

/** A command of Claude Code's shell. */
const bash = (command: string) => ({ name: 'Bash', input: { command, description: 'works' } });

/** A command of Codex's shell. */
const exec = (cmd: string) => ({ name: 'exec_command', input: { cmd } });

/** Each agent with its own tools, the dollars for a token of its model, and whether it reads messages while it works. */
export const AGENTS = [
  {
    provider: 'claude',
    model: 'claude-sonnet-5-5',
    takesMessages: true,
    shell: bash,
    replace: (file: string, before: string, after: string) => [
      { name: 'Read', input: { file_path: file } },
      { name: 'Edit', input: { file_path: file, old_string: before, new_string: after } },
    ],
    prices: { inputTokens: 2e-6, outputTokens: 10e-6, cacheReadTokens: 0.1e-6 },
  },
  {
    provider: 'codex',
    model: 'gpt-5-codex',
    takesMessages: false,
    shell: exec,
    replace: (file: string, before: string, after: string) => [exec(`sed -i s/${before}/${after}/ ${file}`)],
    prices: { inputTokens: 1.25e-6, outputTokens: 10e-6, cacheReadTokens: 0.125e-6 },
  },
] as const;

type Agent = (typeof AGENTS)[number];

/** A phase of the agent. */
export const phaseOf = ({ provider, model }: Pick<Agent, 'provider' | 'model'>, prompt = 'Do your work'): string =>
  `agent: {provider: ${provider}, model: ${model}}\nprompt_template: ${prompt}`;

export const CALL_USAGE = { inputTokens: 10_000, outputTokens: 1_000 };

type Counts = Readonly<Record<keyof Agent['prices'], number>>;

/** The dollars of calls by the usage that their answers claimed; calls without an answer cost nothing. */
export const costOf = (calls: readonly Readonly<{ usage: Counts | undefined }>[], prices: Counts): number =>
  calls.reduce(
    (sum, { usage }) =>
      sum +
      (usage?.inputTokens ?? 0) * prices.inputTokens +
      (usage?.outputTokens ?? 0) * prices.outputTokens +
      (usage?.cacheReadTokens ?? 0) * prices.cacheReadTokens,
    0,
  );

/** The variables with which a runner gives both agents these models. */
export const environmentOfAgents = (modelsUrl: string) => ({
  ANTHROPIC_BASE_URL: modelsUrl,
  ANTHROPIC_API_KEY: 'planted-key',
  OPENAI_BASE_URL: `${modelsUrl}/v1`,
  OPENAI_API_KEY: 'planted-key',
  SYN_CODEX_BIN: AGENT_PROGRAMS.codex,
});
