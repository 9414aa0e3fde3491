import { findAgentProgram, type FoundProgram } from './agent-program';
import { ClaudeProvider } from './claude.provider';
import { CodexProvider } from './codex.provider';
import type { Provider } from './provider';

type Configured = Readonly<{ PATH: string; SYN_CLAUDE_BIN?: string | undefined; SYN_CODEX_BIN?: string | undefined }>;

/** Programs of agents' vendors, by the provider that runs them. */
export type AgentPrograms = Readonly<Record<'claude' | 'codex', FoundProgram>>;

const { platform, arch } = process;

/** The names of the build targets in Codex's packages. */
const CODEX_TARGETS: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Looks for the programs of all providers that need one. */
export async function findAgentPrograms({ PATH, ...configured }: Configured): Promise<AgentPrograms> {
  const claude = {
    name: 'claude',
    variable: 'SYN_CLAUDE_BIN',
    configured: configured.SYN_CLAUDE_BIN,
    packaged: ['', '-musl'].map((libc) => `@anthropic-ai/claude-code-${platform}-${arch}${libc}/claude`),
    // `onFailure: block` of hooks: in older ones a tool runs when its hook fails.
    oldest: '2.1.295',
  };
  const codex = {
    name: 'codex',
    variable: 'SYN_CODEX_BIN',
    configured: configured.SYN_CODEX_BIN,
    packaged: [`@openai/codex-${platform}-${arch}/vendor/${CODEX_TARGETS[arch] ?? arch}-unknown-linux-musl/bin/codex`],
    // The one whose hooks and events were tried.
    oldest: '0.169.0',
  };
  const [foundClaude, foundCodex] = await Promise.all([findAgentProgram(claude, PATH), findAgentProgram(codex, PATH)]);
  return { claude: foundClaude, codex: foundCodex };
}

/** The providers whose programs were found. */
export function providersOf({ claude, codex }: AgentPrograms): readonly Provider[] {
  return [
    ...('path' in claude ? [new ClaudeProvider(claude.path)] : []),
    ...('path' in codex ? [new CodexProvider(codex.path)] : []),
  ];
}
