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

const hasBubblewrap = spawnSync('bwrap', ['--version'], { stdio: 'ignore' }).error === undefined;

/** Reports specs of Claude Code as skipped, with the reason, where it or a sandbox is missing. */
export function describeWithClaude(title: string, body: () => void): void {
  const missing = [
    ...(claudeBinary === '' ? ['Claude Code is not installed: npm ci --prefix tools/agents/claude'] : []),
    ...(hasBubblewrap ? [] : ['bubblewrap is not installed']),
  ];
  if (missing.length === 0) describe(title, body);
  else describe.skip(`${title} (skipped: ${missing.join('; ')})`, body);
}
