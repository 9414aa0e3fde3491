import { AGENT_PROGRAMS, describeWithAgent, eventually, useModels, type ModelAnswer } from '@syntropic/testing';
import { z } from 'zod';
import { usePlatform } from './platform';
import { simulated, workflow } from './workflows';

const usage = { inputTokens: 10_000, outputTokens: 1_000 };
const tool = (name: string) => ({
  name: 'Bash',
  input: { command: `echo ${name} >> artifacts/output/tools`, description: 'leaves its name' },
});
const CLAUDE_AGENT = 'agent: {provider: claude, model: claude-sonnet-5-5}\nprompt_template: Do your work';

const Control = z.looseObject({
  control: z.string(),
  reason: z.string().nullable(),
  requested_at: z.string(),
  effective_at: z.string().nullable(),
  why: z.string().nullable(),
  until: z.string().nullable(),
});
const State = z.object({ state: z.string(), controls: z.array(Control).default([]) });

describe('a limit of a provider of models', () => {
  const models = useModels();
  const platform = usePlatform({
    environment: () => ({
      ANTHROPIC_BASE_URL: models().url,
      ANTHROPIC_API_KEY: 'key',
      LIMIT_PAUSE_SECONDS: '2',
      RUNNER_SLOTS: '1',
      // Lets a phase start the program of Claude Code by its path.
      SYN_ALLOW_PROCESS: '1',
    }),
  });
  const stateOf = async (id: string) => {
    const { state, controls } = State.parse((await platform.get(`/api/executions/${id}/state`)).body);
    return { state, control: controls.at(-1) };
  };
  const contentOf = async ([id = '']: readonly string[]) =>
    z.object({ content: z.string() }).parse((await platform.get(`/api/artifacts/${id}/content`)).body).content;

  /** The first call is answered, later ones with 429 until the limit has reset; that of the first 429 on. */
  const limitFor = (seconds: number) => {
    let resetsAt = Number.POSITIVE_INFINITY;
    const refused: number[] = [];
    const answers: ModelAnswer[] = [
      { tools: [tool('first')], usage },
      { tools: [tool('second')], usage },
    ];
    models().clear();
    models().answer(() => {
      const isFirst = answers.length === 2;
      if (!isFirst && refused.length === 0) resetsAt = Date.now() + seconds * 1_000;
      if (!isFirst && Date.now() < resetsAt) {
        refused.push(Date.now());
        return { status: 429, headers: { 'retry-after': String(Math.ceil((resetsAt - Date.now()) / 1_000)) } };
      }
      return answers.shift() ?? { text: 'Done.', usage };
    });
    return { refused, resetsAt: () => resetsAt };
  };

  const limited = async (name: string, seconds: number) => {
    const limit = limitFor(seconds);
    await platform.createWorkflow(workflow(name, CLAUDE_AGENT));
    const id = await platform.execute(name);
    await platform.reaches(id, 'paused');
    return { id, limit };
  };

  it('of which an agent tells in its output parks it although it has failed by it, and it begins its next leg then', async () => {
    const said = (json: string) => `echo '${json}'`;
    const result = (isError: boolean, text: string) =>
      said(`{"type":"result","subtype":"success","is_error":${isError},"result":"${text}","session_id":"s"}`);
    const script = [
      said('{"type":"system","subtype":"init","session_id":"s"}'),
      'if [ -e met ]; then echo again > artifacts/output/tools',
      result(false, 'Done.'),
      'else touch met',
      `echo '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":'$(($(date +%s) + 6))'},"session_id":"s"}'`,
      result(true, 'limit reached'),
      'exit 1; fi',
    ];
    const agent = 'agent: {provider: command, command: [sh, -eu], output: claude-stream-json}';
    await platform.createWorkflow(
      workflow('told', `${agent}\nprompt_template: |\n${script.map((one) => `  ${one}`).join('\n')}`),
    );
    const id = await platform.execute('told');
    const events: string[] = [];
    for await (const { event } of platform.framesFromStart(id)) {
      if (/^(Execution|Phase)/.test(event)) events.push(event);
    }
    expect(events).toEqual([
      ...['ExecutionStarted', 'PhaseQueued', 'PhaseStarted'],
      ...['ExecutionPauseRequested', 'PhaseParked', 'ExecutionPaused'],
      ...['ExecutionResumed', 'PhaseQueued', 'PhaseStarted', 'PhaseCompleted', 'ExecutionCompleted'],
    ]);
    await expect(contentOf((await platform.execution(id)).artifact_ids)).resolves.toBe('again\n');
  });

  describeWithAgent('claude', 'that Claude Code meets', () => {
    it('pauses it until it has reset, without a slot, and goes on in the same session', async () => {
      const limit = limitFor(12);
      await platform.createWorkflow(workflow('limited', CLAUDE_AGENT));
      const id = await platform.execute('limited');
      const frames: (readonly [string, Record<string, unknown>])[] = [];
      for await (const { event, data } of platform.frames(id)) {
        if (/^(ExecutionP|ExecutionR|ExecutionC|PhaseParked)/.test(event))
          frames.push([event, z.record(z.string(), z.unknown()).parse(JSON.parse(data))]);
        if (event === 'PhaseParked') {
          expect(await stateOf(id)).toMatchObject({
            state: 'paused',
            control: { control: 'pause', why: 'limit', effective_at: expect.any(String) as string },
          });
        }
      }
      expect(frames.map(([event]) => event)).toEqual([
        ...['ExecutionPauseRequested', 'ExecutionPaused', 'PhaseParked', 'ExecutionResumed', 'ExecutionCompleted'],
      ]);
      const [requested, paused, parked, resumed] = frames.map(([, data]) => data);
      expect(requested).toMatchObject({ why: 'limit', until: paused?.['until'] });
      expect(parked).toMatchObject({ why: 'limit' });
      const until = Date.parse(String(requested?.['until']));
      expect(until).toBeGreaterThanOrEqual(limit.resetsAt());
      expect(Date.parse(String(resumed?.['recorded_at']))).toBeGreaterThanOrEqual(until);

      // One call has met the limit; none was made until it had reset, and no tool ran twice.
      expect(limit.refused).toHaveLength(1);
      expect(models().requests).toHaveLength(4);
      expect(new Set(models().requests.map(({ session }) => session)).size).toBe(1);
      const { artifact_ids, total_cost_usd } = await platform.execution(id);
      expect(total_cost_usd).toBe('0.09');
      await expect(contentOf(artifact_ids)).resolves.toBe('first\nsecond\n');
    });

    it('is passed by a person who resumes before, and meets it again while it holds', async () => {
      const { id, limit } = await limited('impatient', 600);
      expect((await platform.post(`/api/executions/${id}/resume`)).status).toBe(200);
      await eventually(() => limit.refused.length === 2);
      await platform.reaches(id, 'paused');
      expect((await stateOf(id)).control).toMatchObject({ why: 'limit' });
      await platform.post(`/api/executions/${id}/cancel`);
      await platform.reaches(id, 'cancelled');
    });

    it('does not end a pause that a person has put in its place', async () => {
      const { id, limit } = await limited('patient', 8);
      expect((await platform.post(`/api/executions/${id}/pause`, { reason: 'lunch' })).status).toBe(200);
      await eventually(async () => (await stateOf(id)).control?.reason === 'lunch');
      expect(await stateOf(id)).toMatchObject({ state: 'paused', control: { why: null, until: null } });

      // The runner's only slot is free for another one. Its limit resets later: the timer of the first would have come before.
      const other = await limited('other', Math.max(3, (limit.resetsAt() - Date.now()) / 1_000 + 3));
      await platform.reaches(other.id, 'completed');
      expect((await stateOf(id)).state).toBe('paused');
      await platform.post(`/api/executions/${id}/resume`);
      await platform.reaches(id, 'completed');
    });

    it('parks it without a slot when it tells of the limit of a subscription by itself, and it goes on in its conversation', async () => {
      let resetsAt = Number.POSITIVE_INFINITY;
      models().clear();
      models().answer(() => {
        if (resetsAt === Number.POSITIVE_INFINITY) resetsAt = (Math.ceil(Date.now() / 1_000) + 12) * 1_000;
        return Date.now() < resetsAt ? { status: 429, headers: unifiedLimit(resetsAt) } : { text: 'Done.', usage };
      });
      await platform.createWorkflow(workflow('subscribed', subscribedClaude()));
      await platform.createWorkflow(workflow('beside', simulated('turns: 1, delay_ms: 1')));
      const id = await platform.execute('subscribed');
      const [events, statuses]: [string[], string[]] = [[], []];
      for await (const { event, data } of platform.frames(id)) {
        if (event === 'rate_limit_event') statuses.push(String(/"status":"(\w+)"/.exec(data)?.[1]));
        if (/^(Execution|Phase)/.test(event)) events.push(event);
        // The only slot is free for another execution while the limit holds.
        if (event === 'PhaseParked') {
          expect(await stateOf(id)).toMatchObject({ control: { why: 'limit' } });
          await platform.reaches(await platform.execute('beside'), 'completed');
        }
      }
      expect(statuses.slice(0, 2)).toEqual(['rejected', 'allowed']);
      expect(events).toEqual(expect.arrayContaining(['PhaseParked', 'ExecutionResumed', 'ExecutionCompleted']));
      const conversations = new Set(models().requests.map(({ session }) => session));
      expect([...conversations]).toEqual([CONVERSATION]);
      expect((await stateOf(id)).state).toBe('completed');
    });
  });
});

const CONVERSATION = '6f9d2f0e-0c53-4f6a-9a43-2f1f7a8f8a11';

/** The headers of a refusal by which Claude Code tells of a limit, when it takes its calls for those of a subscription. */
const unifiedLimit = (resetsAt: number): Record<string, string> => ({
  'x-should-retry': 'false',
  'anthropic-ratelimit-unified-status': 'rejected',
  'anthropic-ratelimit-unified-reset': String(resetsAt / 1_000),
  'anthropic-ratelimit-unified-representative-claim': 'five_hour',
});

/**
 * Claude Code with the token of a subscription. As a plain command, so that the runner does not hold the refused call itself: its agent
 * sees the refusal.
 */
const subscribedClaude = (): string => {
  const script = `
export ANTHROPIC_UNIX_SOCKET=$SYN_RUNNER_SOCKET ANTHROPIC_BASE_URL=http://runner/anthropic
export CLAUDE_CODE_OAUTH_TOKEN=sk-ant-oat01-none CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 DISABLE_AUTOUPDATER=1 IS_SANDBOX=1
if [ -e begun ]; then how=--resume; else touch begun; how=--session-id; fi
exec ${AGENT_PROGRAMS.claude} -p 'Do your work' --output-format stream-json --verbose --model claude-sonnet-5-5 $how ${CONVERSATION} < /dev/null`;
  const agent = 'agent: {provider: command, command: [sh, -eu], output: claude-stream-json, isolation: process}';
  return `${agent}\nprompt_template: |\n${script.trim().replace(/^/gm, '  ')}`;
};
