import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import { randomUUID } from 'node:crypto';
import type { Argument } from '../workspaces';
import { CONTINUE, conversationMissing, entriesIn, FILES_ARE_AHEAD, mcpPrograms } from './conversation';
import {
  settingsOf,
  type InputProtocol,
  type Plan,
  type PlannedSession,
  type Provider,
  type SessionPlaces,
} from './provider';
import { hookEnvironment, TOOL_HOOK } from './tool-hook';
import { GIT_CONFIG, OTLP_ENVIRONMENT, REPORT_HOOKS, REPORT_PROGRAMS } from './workspace-reports';

type Settings = Extract<AgentConfiguration, { provider: 'claude' }>;

/** Further input as stream-json. */
const STREAM_JSON: InputProtocol = {
  message: (content, uuid) => line({ type: 'user', message: { role: 'user', content }, uuid }),
  interrupt: (id) => line({ type: 'control_request', request_id: id, request: { subtype: 'interrupt' } }),
};

const line = (message: object) => `${JSON.stringify(message)}\n`;

/** Runs Claude Code, whose models and hooks answer through the session socket. Its exporter speaks to the same one, by a forwarder. */
export class ClaudeProvider implements Provider {
  readonly name = 'claude';
  readonly canResume = true;
  readonly canFork = true;
  readonly yields = 'output';

  /** @param binary path of Claude Code on this machine */
  constructor(private readonly binary: string) {}

  async plan(session: PlannedSession, { home, socket }: SessionPlaces): Promise<Plan> {
    const settings = settingsOf('claude', session.agent);
    const goesOn = await conversationOf(session, home);
    return {
      argv: [
        { hostFile: this.binary },
        ...['-p', '--output-format', 'stream-json', '--verbose', '--input-format', 'stream-json'],
        ...['--replay-user-messages', ...conversationArguments(session, goesOn)],
        ...argumentsOf(session, settings),
      ],
      stdin: STREAM_JSON.message(firstMessage(session, goesOn), randomUUID()),
      input: STREAM_JSON,
      env: environmentOf(session, socket),
      home: homeOf(settings),
      programs: REPORT_PROGRAMS,
      forwarder: true,
    };
  }
}

/** `resumed`: that of an earlier leg; `forked`: that of another session; `begun`: a new one. */
type Conversation = 'resumed' | 'forked' | 'begun';

/** @throws DomainError `session.conversation_missing` for a fork of a session that has left no conversation */
async function conversationOf({ sessionId, leg, fork }: PlannedSession, home: string): Promise<Conversation> {
  if (leg > 1 && (await hasConversation(home, sessionId))) return 'resumed';
  if (!fork) return 'begun';
  if (await hasConversation(home, fork.sessionId)) return 'forked';
  throw conversationMissing(fork.sessionId);
}

function conversationArguments({ sessionId, fork }: PlannedSession, goesOn: Conversation): string[] {
  if (goesOn === 'resumed') return ['--resume', sessionId];
  if (goesOn === 'begun' || !fork) return ['--session-id', sessionId];
  const until = fork.entryId === undefined ? [] : ['--resume-session-at', fork.entryId];
  return ['--resume', fork.sessionId, '--fork-session', '--session-id', sessionId, ...until];
}

const firstMessage = ({ prompt, fork }: PlannedSession, goesOn: Conversation): string => {
  if (goesOn === 'resumed') return CONTINUE;
  return goesOn === 'forked' && fork?.entryId !== undefined ? `${FILES_ARE_AHEAD}\n\n${prompt}` : prompt;
};

/** The settings of a cloned repository are not read: they could run programs before each tool, or allow tools. */
function argumentsOf({ model, allowedTools: named }: PlannedSession, settings: Settings): string[] {
  const { maxTurns, mcpServers, skills = {}, outputSchema } = settings;
  // The skills that the author gives are allowed with their own tool.
  const allowedTools = named.length > 0 && Object.keys(skills).length > 0 ? [...named, 'Skill'] : named;
  const servers = mcpPrograms(mcpServers).map(([name, server]) => [name, { type: 'stdio', ...server }]);
  return [
    ...['--settings', JSON.stringify({ hooks: { ...TOOL_HOOK, ...REPORT_HOOKS } }), '--setting-sources', 'user'],
    ...['--strict-mcp-config', '--mcp-config', JSON.stringify({ mcpServers: Object.fromEntries(servers) as object })],
    ...['--permission-mode', permissionModeOf(settings, allowedTools)],
    ...(allowedTools.length > 0
      ? [`--allowed-tools=${allowedTools.join(',')}`, `--tools=${toolsOf(allowedTools)}`]
      : []),
    ...(model === undefined ? [] : [`--model=${model}`]),
    ...(maxTurns === undefined ? [] : [`--max-turns=${maxTurns}`]),
    ...(outputSchema === undefined ? [] : ['--json-schema', JSON.stringify(outputSchema)]),
  ];
}

/** With a list of allowed tools nothing beside them may run, so permissions are not bypassed. */
function permissionModeOf({ permissionMode }: Settings, allowedTools: readonly string[]): string {
  if (allowedTools.length === 0) return permissionMode ?? 'bypassPermissions';
  return permissionMode === undefined || permissionMode === 'bypassPermissions' ? 'dontAsk' : permissionMode;
}

/** The tools themselves, of rules such as `Bash(git *)`; those of servers are not in this list. */
const toolsOf = (rules: readonly string[]) =>
  [...new Set(rules.map((rule) => rule.replace(/\(.*$/s, '').trim()))]
    .filter((name) => !name.startsWith('mcp__'))
    .join(',');

function environmentOf({ maxTokens }: PlannedSession, socket: string): Record<string, Argument> {
  return {
    ANTHROPIC_UNIX_SOCKET: { hostFile: socket },
    ANTHROPIC_BASE_URL: 'http://runner/anthropic',
    // The socket names the session: the token is none, but the agent insists on one.
    ANTHROPIC_AUTH_TOKEN: 'session',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    // Permissions may be bypassed inside a sandbox only.
    IS_SANDBOX: '1',
    ...(maxTokens === undefined ? {} : { CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(maxTokens) }),
    ...OTLP_ENVIRONMENT,
    ...hookEnvironment(socket),
  };
}

function homeOf({ skills = {} }: Settings): Record<string, string> {
  const files = Object.entries(skills).map(([name, text]) => [`.claude/skills/${name}/SKILL.md`, text] as const);
  return { ...Object.fromEntries(files), '.gitconfig': GIT_CONFIG };
}

/** False when an earlier leg was ended before it had stored its conversation. */
async function hasConversation(home: string, sessionId: string): Promise<boolean> {
  const projects = ['.claude', 'projects'];
  for (const project of await entriesIn(home, ...projects)) {
    const files = await entriesIn(home, ...projects, project);
    if (files.includes(`${sessionId}.jsonl`)) return true;
  }
  return false;
}
