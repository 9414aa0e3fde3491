import { AGENT_PROGRAMS, eventually, inOrder, useModels, type ModelAnswer } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClaudeProvider } from '../src/providers/claude.provider';
import type { Provider } from '../src/providers';
import type { SessionRun } from '../src/session';
import { SandboxBackend } from '../src/workspaces';
import { bash } from './claude.fixture';
import { listen, toTheEnd, useSessions } from './session.fixture';
import { socketsWith, upstream } from './socket.fixture';

const OTHER_WORK = 'OTHER_WORK';

/** A shell command that waits until `let` is called with its name, and then leaves its name in a file. */
export const waitingTool = (name: string, input: object = {}) => {
  const tool = bash(
    `touch begun-${name}; until [ -e let-${name} ]; do sleep 0.05; done; echo ${name} >> ran`,
    `toolu_${name}`,
  );
  return { ...tool, input: { ...tool.input, ...input } };
};

/** A shell command that leaves its name in a file. */
export const tool = (name: string) => bash(`echo ${name} >> ran`, `toolu_${name}`);

/** The provider, for an agent that gives up calls and hooks after so many seconds. */
const impatient = (provider: ClaudeProvider, seconds: number | undefined): Provider =>
  seconds === undefined
    ? provider
    : {
        name: provider.name,
        canResume: provider.canResume,
        yields: provider.yields,
        plan: async (session, places) => {
          const plan = await provider.plan(session, places);
          const argv = plan.argv.map((word) =>
            typeof word === 'string' ? word.replace(/"timeout":\d+/, `"timeout":${seconds}`) : word,
          );
          return { ...plan, argv, env: { ...plan.env, API_TIMEOUT_MS: `${seconds * 1_000}` } };
        },
      };

/** Sessions of Claude Code behind the real session socket and model gateway, before scripted models. */
export function usePausedClaude(
  directory: { readonly path: string },
  { givesUpAfter }: { givesUpAfter?: number } = {},
) {
  const models = useModels();
  const begin = useSessions(new SandboxBackend(), directory);
  beforeEach(() => {
    models().clear();
  });
  const startWith = (promptTemplate: string, sessionId: string, leg: number) =>
    begin({
      agent: { provider: 'claude', isolation: 'sandbox' },
      settings: { allowedTools: [] },
      provider: impatient(new ClaudeProvider(AGENT_PROGRAMS.claude), givesUpAfter),
      sockets: socketsWith({ upstreams: [upstream('anthropic', models().url)] }),
      promptTemplate,
      sessionId,
      leg,
    });

  return {
    models,
    answer: (...answers: readonly ModelAnswer[]) => {
      const script = inOrder(...answers);
      models().answer((request) => (request.text.includes(OTHER_WORK) ? { text: 'Done.' } : script(request)));
    },
    /** Answers of the agent, of its sub-agents, and of theirs. */
    answerBy: (
      answers: Readonly<Record<'main' | 'subagent', readonly ModelAnswer[]>> & { nested?: readonly ModelAnswer[] },
    ) => {
      const [main, subagent, nested] = [answers.main, answers.subagent, answers.nested ?? []].map((of) =>
        inOrder(...of),
      );
      const levels = new Map<string | undefined, typeof main>([[undefined, main]]);
      models().answer((request) => {
        if (request.text.includes(OTHER_WORK)) return { text: 'Done.' };
        if (!levels.has(request.agent)) levels.set(request.agent, levels.size === 1 ? subagent : nested);
        return levels.get(request.agent)?.(request) ?? { text: '-' };
      });
    },
    start: async (sessionId: string = randomUUID(), leg = 1) => {
      const run = await startWith('Do your work', sessionId, leg);
      return { run, sessionId, ...listen(run), ...workspaceOf(run) };
    },
    /** The calls of a session, as the models have received them. */
    callsOf: (sessionId: string) => models().requests.filter(({ session }) => session === sessionId),
    /** Lets another agent do all of its work: time enough for one that is not paused. */
    otherWork: async (): Promise<void> => {
      const { finished } = await toTheEnd(await startWith(OTHER_WORK, randomUUID(), 1));
      expect(finished.outcome).toBe('completed');
    },
  };
}

const workspaceOf = ({ directory }: SessionRun) => ({
  /** True when a waiting tool has begun. */
  begun: (name: string) => existsSync(join(directory, `begun-${name}`)),
  /** Lets a waiting tool end. */
  let: (name: string) => {
    writeFileSync(join(directory, `let-${name}`), '');
  },
  /** The tools that have ended, in order. */
  ran: () =>
    existsSync(join(directory, 'ran')) ? readFileSync(join(directory, 'ran'), 'utf8').split('\n').filter(Boolean) : [],
});

/** Waits until a line of the agent's output contains the text. */
export const shows = (lines: readonly { readonly text: string }[], text: string) =>
  eventually(() => lines.some((line) => line.text.includes(text)));
