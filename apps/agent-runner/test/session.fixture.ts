import { GITHUB_COM } from '@syntropic/orchestration/contracts';
import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import { randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandProvider, type PlannedSession, type Provider } from '../src/providers';
import {
  outlineOf,
  renderPrompt,
  spoolLinesIn,
  startSession,
  type Graces,
  type InputFile,
  type OutputLimits,
  type SessionRun,
  type SpoolLine,
} from '../src/session';
import { ModelGateway } from '../src/model-gateway/model-gateway';
import type { Repository } from '../src/session/repositories';
import { blockList, HostList, SessionSockets } from '../src/session-socket';
import type { Backend, Limits } from '../src/workspaces';

type SessionOptions = Pick<PlannedSession, 'agent'> &
  Partial<Pick<PlannedSession, 'sessionId' | 'leg' | 'fork'>> &
  Readonly<{
    provider?: Provider;
    sockets?: SessionSockets;
    /** A socket that the agent speaks to instead of its session's own. */
    socket?: string;
    repositories?: readonly Repository[];
    settings?: Pick<PlannedSession, 'model' | 'maxTokens' | 'allowedTools'>;
    promptTemplate?: string;
    prompt?: Parameters<typeof renderPrompt>[1];
    inputs?: readonly InputFile[];
    /** The archive of another session, for a fork of it. */
    archive?: string;
    limits?: Limits;
    timeoutMs?: number;
    graces?: Partial<Graces>;
    output?: OutputLimits;
  }>;

const PROMPT = { executionId: 'exec-0123456789ab', workflowId: 'w', repositories: [], inputs: {}, phaseOutputs: {} };

/** Sockets without models and hosts. */
export const NO_WAY_OUT = new SessionSockets(new ModelGateway(new Map()), {
  hosts: new HostList([]),
  privateNetworks: blockList([]),
});

const UNLIMITED = { isolation: 'sandbox' as const };

export const command = (...argv: string[]): Extract<AgentConfiguration, { provider: 'command' }> => ({
  provider: 'command',
  command: argv,
  ...UNLIMITED,
});

export const simulated = (
  settings: Partial<Extract<AgentConfiguration, { provider: 'simulated' }>> = {},
): AgentConfiguration => ({
  ...{ provider: 'simulated', turns: 3, toolsPerTurn: 1, delayMs: 2, lineBytes: 0, fail: false },
  ...UNLIMITED,
  ...settings,
});

export const replay = (recording: string): AgentConfiguration => ({
  provider: 'replay',
  recording,
  pace: 'fast',
  ...UNLIMITED,
});

/** The provider, for agents that speak to this socket. */
const withSocket = (provider: Provider, socket: string | undefined): Provider =>
  socket === undefined
    ? provider
    : {
        name: provider.name,
        canResume: provider.canResume,
        yields: provider.yields,
        plan: (session, places) => provider.plan(session, { ...places, socket }),
      };

/** Starts sessions in their own directories, and removes them after each test. */
export function useSessions(backend: Backend, directory: { readonly path: string }) {
  const runs: SessionRun[] = [];
  afterEach(async () => {
    for (const run of runs.splice(0)) {
      run.abandon();
      await run.finished;
      await run.destroy();
      await run.spool.close();
    }
  });
  return async ({
    agent,
    sessionId = randomUUID(),
    leg = 1,
    archive,
    ...options
  }: SessionOptions): Promise<SessionRun> => {
    const own = join(directory.path, sessionId);
    mkdirSync(own, { recursive: true });
    const prompt = renderPrompt(options.promptTemplate ?? '', options.prompt ?? PROMPT);
    const run = await startSession({
      provider: withSocket(options.provider ?? new CommandProvider(), options.socket),
      session: { agent, sessionId, leg, prompt, fork: options.fork, allowedTools: [], ...options.settings },
      sockets: options.sockets ?? NO_WAY_OUT,
      backend,
      workspace: { id: sessionId, directory: own, limits: options.limits ?? {}, environment: {} },
      contents: {
        inputs: options.inputs ?? [],
        kept:
          archive === undefined ? undefined : { open: () => Promise.resolve(createReadStream(archive)), beside: own },
        repositories: options.repositories ?? [],
        clone: { github: GITHUB_COM, allowFiles: options.repositories !== undefined },
      },
      timeoutMs: options.timeoutMs ?? 60_000,
      // Long enough for a busy machine; specs that wait for the next signal set shorter ones.
      graces: { resultMs: 20_000, interruptMs: 20_000, terminateMs: 20_000, ...options.graces },
      output: options.output,
      outline: (line) => Promise.resolve(outlineOf(line)),
    });
    runs.push(run);
    return run;
  };
}

/** Collects and commits the session's output, as the telemetry sender does. */
export function listen(run: SessionRun): { readonly lines: readonly SpoolLine[]; readonly drained: Promise<void> } {
  const lines: SpoolLine[] = [];
  const drained = (async () => {
    for await (const batch of run.spool.batches()) {
      lines.push(...spoolLinesIn(batch.records));
      run.spool.committed(batch.lastLine);
    }
  })();
  return { lines, drained };
}

/** Waits for the session's end and returns its complete output. */
export async function toTheEnd(run: SessionRun) {
  const { lines, drained } = listen(run);
  const finished = await run.finished;
  await drained;
  return { finished, lines, texts: lines.map(({ text }) => text) };
}
