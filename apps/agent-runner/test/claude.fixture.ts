import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import { AGENT_PROGRAMS, inOrder, useModels, type ModelAnswer } from '@syntropic/testing';
import { ClaudeProvider } from '../src/providers/claude.provider';
import type { SpoolLine } from '../src/session';
import { SandboxBackend } from '../src/workspaces';
import { parserOf as telemetryOf } from './agent-telemetry.fixture';
import { useSessionSocket } from './session-socket.fixture';
import { useSessions } from './session.fixture';
import { socketsWith, upstream } from './socket.fixture';

type Message = Readonly<{
  type: string;
  subtype?: string;
  session_id?: string;
  uuid?: string;
  parent_tool_use_id?: string | null;
  command_uuid?: string;
  tools?: readonly string[];
}>;

type SessionOptions = Parameters<ReturnType<typeof useSessions>>[0];
type StartOptions = Omit<SessionOptions, 'agent' | 'settings' | 'provider' | 'socket'> &
  Readonly<{
    claude?: Partial<Extract<AgentConfiguration, { provider: 'claude' }>>;
    phase?: Partial<NonNullable<SessionOptions['settings']>>;
  }>;

/** Sessions of Claude Code in sandboxes, whose own session sockets lead to a scripted model. */
export function useClaudeBehindGateway(directory: { readonly path: string }) {
  const models = useModels();
  const start = useSessions(new SandboxBackend(), directory);
  beforeEach(() => {
    models().clear();
  });
  return {
    models,
    start: () =>
      start({
        promptTemplate: 'Do your work',
        agent: { provider: 'claude', isolation: 'sandbox' },
        settings: { allowedTools: [], model: 'claude-sonnet-5-5' },
        provider: new ClaudeProvider(AGENT_PROGRAMS.claude),
        sockets: socketsWith({ upstreams: [upstream('anthropic', models().url, 'the-secret')] }),
      }),
  };
}

/** Sessions of Claude Code in sandboxes, before a scripted model. */
export function useClaude(directory: { readonly path: string }) {
  const models = useModels();
  const socket = useSessionSocket(directory, models);
  const start = useSessions(new SandboxBackend(), directory);
  const provider = new ClaudeProvider(AGENT_PROGRAMS.claude);
  beforeEach(() => {
    models().clear();
  });
  return {
    models,
    socket,
    answer: (...answers: readonly ModelAnswer[]) => {
      models().answer(inOrder(...answers));
    },
    start: ({ claude, phase, ...options }: StartOptions = {}) =>
      start({
        promptTemplate: 'Do your work',
        ...options,
        agent: { provider: 'claude', isolation: 'sandbox', ...claude },
        settings: { allowedTools: [], ...phase },
        provider,
        socket: socket.path,
      }),
  };
}

export const bash = (command: string, id?: string) => ({
  name: 'Bash',
  input: { command, description: 'does it' },
  ...(id === undefined ? {} : { id }),
});

export const messages = (texts: readonly string[]) =>
  texts.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text) as Message);
export const messagesOf = (lines: readonly SpoolLine[]) => messages(lines.map(({ text }) => text));
export const resultsIn = (texts: readonly string[]) => messages(texts).filter(({ type }) => type === 'result');

/** The telemetry of the session. */
export const parserOf = (lines: readonly SpoolLine[]) => telemetryOf(lines, 'claude-stream-json');
export const typesOf = (lines: readonly SpoolLine[]) => parserOf(lines).types;
export const reportOf = (lines: readonly SpoolLine[]) => parserOf(lines).reportOf(1);
