import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import type { Argument } from '../workspaces';
import { CONTINUE, conversationMissing, entriesIn, mcpPrograms } from './conversation';
import {
  FORWARDER_URL,
  settingsOf,
  type Plan,
  type PlannedSession,
  type Provider,
  type SessionPlaces,
} from './provider';
import { hookEnvironment, TOOL_HOOK } from './tool-hook';
import { GIT_CONFIG, REPORT_PROGRAMS } from './workspace-reports';

type Settings = Extract<AgentConfiguration, { provider: 'codex' }>;

const SCHEMA_FILE = '.codex-output-schema.json';

/** Names the file of the schema by its path in the agent's home, which depends on the kind of workspace. */
const WITH_SCHEMA = `codex=$1; shift; exec "$codex" exec --output-schema "$HOME/${SCHEMA_FILE}" "$@"`;

const DAY_DEPTH = 3;

/** The end of the name of a thread's file. */
const THREAD = /-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/;

/** Runs Codex: its models answer through a forwarder, and its hooks ask the session socket. */
export class CodexProvider implements Provider {
  readonly name = 'codex';
  readonly canResume = true;
  readonly canFork = true;
  // Tools have other ids in the output than in the hooks.
  readonly yields = 'anywhere';

  /** @param binary path of Codex on this machine */
  constructor(private readonly binary: string) {}

  async plan(session: PlannedSession, { home, socket }: SessionPlaces): Promise<Plan> {
    const settings = settingsOf('codex', session.agent);
    const thread = await threadOf(session, home);
    return {
      argv: [...programOf(this.binary, settings), ...argumentsOf(session, settings), ...thread, '-'],
      stdin: thread[0] === 'resume' ? CONTINUE : session.prompt,
      env: { RUNNER_TOKEN: 'session', ...hookEnvironment(socket) },
      home: {
        '.gitconfig': GIT_CONFIG,
        ...(settings.outputSchema && { [SCHEMA_FILE]: JSON.stringify(settings.outputSchema) }),
      },
      programs: REPORT_PROGRAMS,
      forwarder: true,
    };
  }
}

const programOf = (binary: string, { outputSchema }: Settings): Argument[] =>
  outputSchema === undefined
    ? [{ hostFile: binary }, 'exec']
    : ['/bin/sh', '-c', WITH_SCHEMA, 'codex', { hostFile: binary }];

/**
 * The words that name the thread to go on with; none for a new one. A later leg of a fork finds its own thread as the newest.
 * @throws DomainError `session.conversation_missing`
 */
async function threadOf({ leg, fork }: PlannedSession, home: string): Promise<string[]> {
  const thread = leg > 1 || fork ? await newestThread(home) : undefined;
  if (thread === undefined && fork) throw conversationMissing(fork.sessionId);
  if (thread === undefined) return [];
  return [leg > 1 ? 'resume' : 'fork', thread];
}

function argumentsOf({ model }: PlannedSession, { mcpServers }: Settings): string[] {
  const servers = mcpPrograms(mcpServers).map(([name, server]) => [`mcp_servers.${name}`, toml(server)]);
  const runner = {
    name: 'runner',
    base_url: `${FORWARDER_URL}/openai`,
    env_key: 'RUNNER_TOKEN',
    wire_api: 'responses',
  };
  const configuration = [
    ['model_provider', toml('runner')],
    ['model_providers.runner', toml(runner)],
    ['hooks.PreToolUse', toml(TOOL_HOOK.PreToolUse.map(withoutFailure))],
    // Its own calls elsewhere are off: plugins, updates, statistics.
    ...['features.plugins', 'check_for_update_on_startup', 'analytics.enabled'].map((key) => [key, 'false']),
    ...servers,
  ];
  return [
    ...['--json', '--skip-git-repo-check'],
    // The workspace is the sandbox. A hook that a user has not reviewed would be skipped without a word.
    ...['--dangerously-bypass-approvals-and-sandbox', '--dangerously-bypass-hook-trust'],
    ...configuration.flatMap((entry) => ['-c', entry.join('=')]),
    ...(model === undefined ? [] : [`--model=${model}`]),
  ];
}

/** The setting is Claude Code's: here the hook's command itself refuses the tool when it gets no answer. */
const withoutFailure = ({ matcher, hooks }: (typeof TOOL_HOOK.PreToolUse)[number]) => ({
  matcher,
  hooks: hooks.map(({ type, command, timeout }) => ({ type, command, timeout })),
});

/** A value of strings, numbers, lists and tables as inline TOML, whose strings are JSON's. */
function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)} = ${toml(item)}`)
    .join(', ')}}`;
}

/** Codex names its thread, and keeps it below year, month and day; undefined when an earlier leg was ended before it had one. */
async function newestThread(home: string): Promise<string | undefined> {
  const path = ['.codex', 'sessions'];
  for (let depth = 0; depth < DAY_DEPTH; depth++) path.push((await entriesIn(home, ...path)).at(-1) ?? '');
  const files = await entriesIn(home, ...path);
  return files.flatMap((file) => THREAD.exec(file)?.[1] ?? []).at(-1);
}
