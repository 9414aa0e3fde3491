import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandProvider } from '../src/providers';
import { startSession, type SessionRun, type SessionSpec, type SpoolLine } from '../src/session';
import type { Backend } from '../src/workspaces';

const LIMITLESS = { isolation: 'sandbox' as const };

export const command = (...argv: string[]): AgentConfiguration => ({
  provider: 'command',
  command: argv,
  ...LIMITLESS,
});

export const simulated = (
  settings: Partial<Extract<AgentConfiguration, { provider: 'simulated' }>> = {},
): AgentConfiguration => ({
  ...{ provider: 'simulated', turns: 3, toolsPerTurn: 1, delayMs: 2, lineBytes: 0, fail: false },
  ...LIMITLESS,
  ...settings,
});

export const replay = (recording: string): AgentConfiguration => ({
  provider: 'replay',
  recording,
  pace: 'fast',
  ...LIMITLESS,
});

/** Starts sessions in directories of their own and takes them away after each test. */
export function useSessions(backend: Backend, directory: { readonly path: string }) {
  const runs: SessionRun[] = [];
  afterEach(async () => {
    for (const run of runs.splice(0)) {
      run.abandon();
      await run.finished;
      await run.destroy();
      run.spool.close();
    }
  });
  return async (wanted: Partial<SessionSpec> & Pick<SessionSpec, 'agent'>): Promise<SessionRun> => {
    const sessionId = wanted.sessionId ?? randomUUID();
    const own = join(directory.path, sessionId);
    mkdirSync(own, { recursive: true });
    const run = await startSession({
      sessionId,
      leg: 1,
      directory: own,
      backend,
      provider: new CommandProvider(),
      settings: { allowedTools: [] },
      promptTemplate: '',
      prompt: { executionId: 'exec-0123456789ab', workflowId: 'w', repositories: [], inputs: {}, phaseOutputs: {} },
      inputs: [],
      repositories: [],
      clone: { allowFiles: false },
      limits: {},
      environment: {},
      timeoutMs: 60_000,
      // As long as a busy machine needs: who waits for the next signal says so.
      graces: { interruptMs: 20_000, terminateMs: 20_000 },
      ...wanted,
    });
    runs.push(run);
    return run;
  };
}

/** Collects what the session says, as the one who stores it would. */
export function listen(run: SessionRun): { readonly lines: readonly SpoolLine[]; readonly drained: Promise<void> } {
  const lines: SpoolLine[] = [];
  const drained = (async () => {
    for await (const batch of run.spool.batches()) {
      lines.push(...batch);
      run.spool.committed(batch.at(-1)?.line ?? 0);
    }
  })();
  return { lines, drained };
}

/** Runs the session to its end and answers all of it. */
export async function toTheEnd(run: SessionRun) {
  const { lines, drained } = listen(run);
  const finished = await run.finished;
  await drained;
  return { finished, lines, texts: lines.map(({ text }) => text) };
}
