import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const AGENTS = join(__dirname, '../../../tools/agents');

const suffixes = [`linux-${process.arch}`, `linux-${process.arch}-musl`];

const claudeFiles = suffixes.map((suffix) =>
  join(AGENTS, `claude/node_modules/@anthropic-ai/claude-code-${suffix}/claude`),
);

/** The pinned Claude Code, where it is installed. */
export const claudeBinary = claudeFiles.find(existsSync) ?? '';

const codexFile = join(
  AGENTS,
  `codex/node_modules/@openai/codex-linux-${process.arch}/vendor/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-musl/bin/codex`,
);

/** The pinned Codex, where it is installed. */
export const codexBinary = existsSync(codexFile) ? codexFile : '';

const hasBubblewrap = spawnSync('bwrap', ['--version'], { stdio: 'ignore' }).error === undefined;

/** Reports specs of an agent's program as skipped, with the reason, where it or a sandbox is missing. */
const describeWith = (binary: string, lacking: string) => (title: string, body: () => void) => {
  const missing = [...(binary === '' ? [lacking] : []), ...(hasBubblewrap ? [] : ['bubblewrap is not installed'])];
  if (missing.length === 0) describe(title, body);
  else describe.skip(`${title} (skipped: ${missing.join('; ')})`, body);
};

export const describeWithClaude = describeWith(
  claudeBinary,
  'Claude Code is not installed: npm ci --prefix tools/agents/claude',
);
export const describeWithCodex = describeWith(
  codexBinary,
  'Codex is not installed: npm ci --prefix tools/agents/codex',
);
