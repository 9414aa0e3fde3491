import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import { SessionParser } from '@syntropic/telemetry';
import { inOrder, useModels, type ModelAnswer } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { ClaudeProvider } from '../src/providers/claude.provider';
import type { SpoolLine } from '../src/session';
import { SandboxBackend } from '../src/workspaces';
import { claudeBinary } from './agent-programs.fixture';
import { useSessionSocket } from './session-socket.fixture';
import { useSessions } from './session.fixture';

type Message = Readonly<{
  type: string;
  subtype?: string;
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

/** Sessions of Claude Code in sandboxes, before a scripted model. */
export function useClaude(directory: { readonly path: string }) {
  const models = useModels();
  const socket = useSessionSocket(directory, models);
  const start = useSessions(new SandboxBackend(), directory);
  const provider = new ClaudeProvider(claudeBinary);
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

/** The telemetry of the session, read as the runner does. */
export function parserOf(lines: readonly SpoolLine[]): SessionParser & { readonly types: readonly string[] } {
  const startedAt = lines[0]?.at ?? new Date().toISOString();
  const session = { sessionId: randomUUID(), executionId: 'exec-0123456789ab', phaseId: 'one', startedAt };
  const parser = new SessionParser(session, 'claude-stream-json');
  const types: string[] = [];
  let leg = 1;
  for (const line of lines) {
    if (line.leg > leg) parser.end('interrupted', line.at);
    leg = line.leg;
    types.push(...parser.line(line.text, line.line, line.at, line.stream).map(({ type }) => type));
  }
  return Object.assign(parser, { types });
}
export const typesOf = (lines: readonly SpoolLine[]) => parserOf(lines).types;
export const reportOf = (lines: readonly SpoolLine[]) => parserOf(lines).reportOf(1);
