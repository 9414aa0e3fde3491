import { existsSync } from 'node:fs';
import { join } from 'node:path';

const AGENTS = join(__dirname, '../agents');
const TARGET = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-musl`;

/** The pinned program of Codex, for `SYN_CODEX_BIN`; the stack itself finds that of Claude Code. */
export const CODEX_PROGRAM = join(
  AGENTS,
  `codex/node_modules/@openai/codex-linux-${process.arch}/vendor/${TARGET}/bin/codex`,
);

const INSTALLED = { claude: join(AGENTS, 'claude/node_modules/@anthropic-ai'), codex: CODEX_PROGRAM } as const;

/** Specs with the real program of an agent; they are skipped, and say so, where it is not installed. */
export function describeWithAgent(agent: keyof typeof INSTALLED, title: string, specs: () => void): void {
  if (existsSync(INSTALLED[agent])) describe(title, specs);
  else describe.skip(`${title} (skipped: it is not installed: npm ci --prefix tools/agents/${agent})`, specs);
}
