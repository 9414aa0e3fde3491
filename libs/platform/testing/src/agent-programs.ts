import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGES = join(__dirname, '../../../../tools/agents');
const LINUX = `linux-${process.arch}`;
const TARGET = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-musl`;

const CLAUDE = join(PACKAGES, `claude/node_modules/@anthropic-ai/claude-code-${LINUX}/claude`);
const CLAUDE_MUSL = join(PACKAGES, `claude/node_modules/@anthropic-ai/claude-code-${LINUX}-musl/claude`);
const CODEX = join(PACKAGES, `codex/node_modules/@openai/codex-${LINUX}/vendor/${TARGET}/bin/codex`);

/** The files of the pinned programs, which exist where they are installed. */
export const AGENT_PROGRAMS = { claude: existsSync(CLAUDE_MUSL) ? CLAUDE_MUSL : CLAUDE, codex: CODEX } as const;

type AgentName = keyof typeof AGENT_PROGRAMS;

export const isInstalled = (agent: AgentName): boolean => existsSync(AGENT_PROGRAMS[agent]);

export const hasBubblewrap = (): boolean => spawnSync('bwrap', ['--version'], { stdio: 'ignore' }).error === undefined;

/** Specs with the real program of an agent. Without the program or a sandbox they are skipped, and their title says why. */
export function describeWithAgent(agent: AgentName, title: string, specs: () => void): void {
  const lacking = [
    ...(isInstalled(agent) ? [] : [`${agent} is not installed: npm ci --prefix tools/agents/${agent}`]),
    ...(hasBubblewrap() ? [] : ['bubblewrap is not installed']),
  ];
  if (lacking.length === 0) describe(title, specs);
  else describe.skip(`${title} (skipped: ${lacking.join('; ')})`, specs);
}
