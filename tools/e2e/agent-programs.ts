import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAMS = join(__dirname, '../agents');
const TARGET = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-musl`;

/** The pinned program of Codex, for `SYN_CODEX_BIN`; the stack itself finds that of Claude Code. */
export const CODEX_PROGRAM = join(
  PROGRAMS,
  `codex/node_modules/@openai/codex-linux-${process.arch}/vendor/${TARGET}/bin/codex`,
);

/** Each agent with its own words for a command of the shell, and the dollars of a call with `CALL_USAGE` at its model's prices. */
export const AGENTS = [
  {
    provider: 'claude',
    model: 'claude-sonnet-5-5',
    shell: (command: string) => ({ name: 'Bash', input: { command, description: 'works' } }),
    callCost: 0.03,
  },
  {
    provider: 'codex',
    model: 'gpt-5-codex',
    shell: (cmd: string) => ({ name: 'exec_command', input: { cmd } }),
    callCost: 0.0225,
  },
] as const;

export const CALL_USAGE = { inputTokens: 10_000, outputTokens: 1_000 };

/** The variables with which a runner gives both agents these models. */
export const environmentOfAgents = (modelsUrl: string) => ({
  ANTHROPIC_BASE_URL: modelsUrl,
  ANTHROPIC_API_KEY: 'planted-key',
  OPENAI_BASE_URL: `${modelsUrl}/v1`,
  OPENAI_API_KEY: 'planted-key',
  SYN_CODEX_BIN: CODEX_PROGRAM,
});

const INSTALLED = { claude: join(PROGRAMS, 'claude/node_modules/@anthropic-ai'), codex: CODEX_PROGRAM } as const;

/** Specs with the real program of an agent; they are skipped, and say so, where it is not installed. */
export function describeWithAgent(agent: keyof typeof INSTALLED, title: string, specs: () => void): void {
  if (existsSync(INSTALLED[agent])) describe(title, specs);
  else describe.skip(`${title} (skipped: it is not installed: npm ci --prefix tools/agents/${agent})`, specs);
}
