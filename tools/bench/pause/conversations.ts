import { gate, type Gate, type ModelAnswer, type ScriptedModels } from '@syntropic/testing';

/** The longest that Claude Code lets a shell run. */
const LONGEST_TOOL_SECONDS = 590;

/** A shell that leaves the time of its start, and goes on for so long. */
const tool = (seconds = 0) => ({
  name: 'Bash',
  input: {
    command: `date +%s%3N >> /workspace/artifacts/output/started; sleep ${seconds}`,
    description: 'leaves the time',
    timeout: 600_000,
  },
});

const subagent = (prompt: string) => ({
  name: 'Agent',
  input: { description: 'a part', prompt, subagent_type: 'general-purpose', run_in_background: true },
});

/** What is paused, and where: the agent's answers, in order, and the tools and calls of the whole. */
export type Conversation = Readonly<{
  name: string;
  main: readonly ModelAnswer[];
  subagent?: readonly ModelAnswer[];
  /** Calls that have come before the pause is requested. */
  callsBefore: number;
  /** The pause is requested while a tool runs. */
  isInTool?: boolean;
  calls: number;
  tools: number;
  /** Held for as long as its longest tool runs; the others are frozen at once. */
  isOnlyHeld?: boolean;
  /** Opened when the pause is requested: the answer before it goes on. */
  gate: Gate;
}>;

const DONE = { text: 'Done.' };

/** Long enough for a request to pause to arrive meanwhile. */
const TOOL_SECONDS = 20;

/** Paused before a tool, which an agent that was parked meanwhile does not use any more, and before a call. */
export function frozenConversations(suffix = ''): readonly Conversation[] {
  const tools = suffix === PARKED ? 0 : 1;
  const [beforeTool, beforeCall] = [gate(), gate()];
  return [
    {
      name: `tool${suffix}`,
      main: [{ tools: [tool()], until: beforeTool.opened }, DONE],
      ...{ callsBefore: 1, calls: 2, tools, gate: beforeTool },
    },
    {
      name: `call${suffix}`,
      main: [{ tools: [tool(TOOL_SECONDS)] }, DONE],
      ...{ callsBefore: 1, calls: 2, tools: 1, gate: beforeCall, isInTool: true },
    },
  ];
}

export const PARKED = '-parked';

/** The tool of a sub-agent is held, while one of the agent itself runs on: nothing can be frozen. */
export function heldConversation(): Conversation {
  const beforeTool = gate();
  return {
    name: 'held',
    main: [{ tools: [subagent(promptOf('held')), tool(LONGEST_TOOL_SECONDS)] }, DONE, DONE],
    subagent: [{ tools: [tool()], until: beforeTool.opened }, DONE],
    ...{ callsBefore: 2, calls: 5, tools: 2, isOnlyHeld: true, gate: beforeTool },
  };
}

/** Names the conversation, in all of its calls. */
export const promptOf = (name: string): string => `Work on <${name}>`;

/** Lets the models answer each conversation by its own script. */
export function answer(models: ScriptedModels, all: readonly Conversation[]): void {
  const given = new Map<string, number>();
  models.answer(({ body, agent }) => {
    const own = all.find(({ name }) => JSON.stringify(body).includes(promptOf(name)));
    const answers = agent === undefined ? own?.main : own?.subagent;
    const speaker = `${own?.name ?? ''}/${agent ?? ''}`;
    const n = given.get(speaker) ?? 0;
    given.set(speaker, n + 1);
    return answers?.[n] ?? DONE;
  });
}

/** Milliseconds since 1970 at which each call of a conversation has reached the models. */
export const callsOf = ({ requests }: ScriptedModels, { name }: Conversation): number[] =>
  requests.filter(({ body }) => JSON.stringify(body).includes(promptOf(name))).map(({ at }) => at);
