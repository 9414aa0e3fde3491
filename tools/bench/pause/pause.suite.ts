import { ScriptedModels } from '@syntropic/testing';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { atMost, stated, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import {
  answer,
  callsOf,
  frozenConversations,
  heldConversation,
  PARKED,
  promptOf,
  type Conversation,
} from './conversations';

/** Longer than each time after which Claude Code gives something up: 10 minutes at most. */
const PAUSE_MS = 12 * 60_000;
const LOOK_EVERY_MS = 200;
/** The time in which a request of control reaches an agent. */
const CONTROL_MS = 3_000;

/** The one platform keeps paused agents in memory for longer than the pause, the other one parks them. */
const [KEEPS, PARKS] = [{ PAUSE_HOLD_SECONDS: '3600' }, { PAUSE_HOLD_SECONDS: '5' }];

const Execution = z.object({ status: z.string(), artifact_ids: z.array(z.string()) });
const Content = z.object({ content: z.string() });

/** A pause, from the moment at which nothing may happen any more, and what has happened. Times are milliseconds since 1970. */
type Paused = Readonly<{
  conversation: Conversation;
  status: string;
  from: number;
  to: number;
  calls: readonly number[];
  tools: readonly number[];
}>;

/** The real Claude Code, paused for 12 minutes before a tool, before a call, and beside a tool that runs on; kept in memory, and parked. */
export async function pauseSuite(print: (line: string) => void): Promise<Figures> {
  const models = await ScriptedModels.start();
  const environment = { ANTHROPIC_BASE_URL: models.url, ANTHROPIC_API_KEY: 'key' };
  const kept = [...frozenConversations(), heldConversation()];
  const parked = frozenConversations(PARKED);
  answer(models, [...kept, ...parked]);
  try {
    const paused = await withPlatform(
      (keeps) =>
        withPlatform(
          (parks) =>
            Promise.all([
              ...kept.map((conversation) => pauseOf(keeps, models, conversation)),
              ...parked.map((conversation) => pauseOf(parks, models, conversation)),
            ]),
          { ...environment, ...PARKS },
        ),
      { ...environment, ...KEEPS },
    );
    for (const one of paused) print(described(one));
    return figuresOf(paused);
  } finally {
    await models.close();
  }
}

async function pauseOf(platform: Platform, models: ScriptedModels, conversation: Conversation): Promise<Paused> {
  const { name, callsBefore, gate, isInTool, isOnlyHeld } = conversation;
  await platform.createWorkflow(workflow(name));
  const id = await platform.execute(name);
  const statusOf = async () => Execution.parse(await platform.api.get(`/api/executions/${id}`)).status;

  await until(() => callsOf(models, conversation).length >= callsBefore);
  if (isInTool) await toolOf(platform, id);
  await platform.api.post(`/api/executions/${id}/pause`, 'application/json', '{}');
  await wait(CONTROL_MS);
  gate.open();
  if (isOnlyHeld) await wait(CONTROL_MS);
  else await until(async () => (await statusOf()) === 'paused');
  const from = Date.now();
  await wait(PAUSE_MS);
  const to = Date.now();
  await platform.api.post(`/api/executions/${id}/resume`, 'application/json', '{}');
  await until(async () => ['completed', 'failed'].includes(await statusOf()));

  const { status, artifact_ids: artifacts } = Execution.parse(await platform.api.get(`/api/executions/${id}`));
  const texts = artifacts.map(async (artifact) =>
    Content.parse(await platform.api.get(`/api/artifacts/${artifact}/content`)),
  );
  const tools = (await Promise.all(texts)).flatMap(({ content }) => content.trim().split('\n').map(Number));
  return { conversation, status, from, to, calls: callsOf(models, conversation), tools };
}

/** Resolves when the agent uses its first tool. */
async function toolOf(platform: Platform, id: string): Promise<void> {
  for await (const { event } of platform.frames(id)) if (event === 'tool_execution_started') break;
  // Its hook is asked a moment after the agent has named it.
  await wait(CONTROL_MS);
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await wait(LOOK_EVERY_MS);
}

const workflow = (name: string): string => `
id: ${name}
name: ${name}
requires_repos: false
phases:
  - id: only
    name: Only
    order: 1
    timeout_seconds: 3600
    agent: {provider: claude, model: claude-sonnet-5-5}
    prompt_template: ${JSON.stringify(promptOf(name))}
`;

const during = ({ from, to }: Paused, times: readonly number[]): number =>
  times.filter((time) => time > from && time < to).length;

const minutes = ({ from, to }: Paused): number => (to - from) / 60_000;

const described = (paused: Paused): string => {
  const { conversation, status, calls, tools } = paused;
  const happened = `${during(paused, calls)} calls and ${during(paused, tools)} tools`;
  const all = `${calls.length} calls (expected ${conversation.calls}), ${tools.length} tools (expected ${conversation.tools})`;
  return `${conversation.name}: ${happened} in ${minutes(paused).toFixed(1)} minutes; afterwards ${status}, in all ${all}`;
};

function figuresOf(paused: readonly Paused[]): Figures {
  const sum = (count: (one: Paused) => number) => paused.reduce((total, one) => total + count(one), 0);
  const lost = sum(({ status }) => (status === 'completed' ? 0 : 1));
  const calls = sum(({ calls, conversation }) => Math.abs(calls.length - conversation.calls));
  const tools = sum(({ tools, conversation }) => Math.abs(tools.length - conversation.tools));
  return {
    paused_minutes: stated({ value: Math.min(...paused.map(minutes)), unit: 'minutes' }),
    calls_while_paused: atMost({ value: sum((one) => during(one, one.calls)), unit: 'calls', target: 0 }),
    tools_while_paused: atMost({ value: sum((one) => during(one, one.tools)), unit: 'tools', target: 0 }),
    paused_executions_lost: atMost({ value: lost, unit: 'executions', target: 0 }),
    calls_lost_or_repeated: atMost({ value: calls, unit: 'calls', target: 0 }),
    tools_lost_or_repeated: atMost({ value: tools, unit: 'tools', target: 0 }),
  };
}
