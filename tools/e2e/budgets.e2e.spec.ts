import { eventually, useModels } from '@syntropic/testing';
import { z } from 'zod';
import { usePlatform } from './platform';
import { simulated, workflow } from './workflows';

const models = useModels();
const platform = usePlatform({
  environment: () => ({ ANTHROPIC_BASE_URL: models().url, ANTHROPIC_API_KEY: 'the-secret' }),
});

/** An agent that spends about 0.0012 dollars and 1,200 tokens every tenth of a second, 60 times. */
const SPENDER = simulated('turns: 60, tools_per_turn: 1, delay_ms: 50');

const create = (id: string, budget = '') =>
  platform.createWorkflow(`${workflow(id, SPENDER)}${budget ? `budget: ${budget}\n` : ''}`);

const Limit = z.object({
  kind: z.string(),
  limit: z.string(),
  on_exceeded: z.string(),
  spent: z.string(),
  reserved: z.string(),
  exceeded: z.object({ cause: z.string(), spent: z.string() }).nullable(),
});
const Frame = z.object({ limits: z.array(z.object({ kind: z.string(), spent: z.string() })) });
const Detail = z.object({ reason: z.string().nullable(), budget: z.array(Limit).nullable() });

const detailOf = async (id: string) => Detail.parse((await platform.get(`/api/executions/${id}`)).body);
const change = (id: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
  platform.post(`/api/executions/${id}/budget`, body, headers);
const resume = (id: string) => platform.post(`/api/executions/${id}/resume`);

describe('a soft budget', () => {
  it('pauses the execution by itself and says why; raised and resumed it goes on to the end', async () => {
    await create('soft', '{usd: 0.02}');
    const id = await platform.execute('soft');
    await platform.reaches(id, 'paused');

    const { reason, budget } = await detailOf(id);
    expect(reason).toMatch(/^the budget of 0\.02 US dollars is spent: 0\.0[23]/);
    expect(budget).toMatchObject([{ kind: 'usd', limit: '0.02', on_exceeded: 'pause', exceeded: { cause: 'spent' } }]);

    expect(await resume(id)).toMatchObject({ status: 409, body: { code: 'execution.budget_exceeded' } });
    expect(await change(id, { usd: 0.001 })).toMatchObject({
      status: 422,
      body: { code: 'execution.budget_below_spent' },
    });
    const key = { 'Idempotency-Key': `raise ${id}` };
    expect((await change(id, { usd: 1 }, key)).status).toBe(200);
    expect((await change(id, { usd: 1 }, key)).status).toBe(200);
    expect((await resume(id)).status).toBe(200);

    const { total_cost_usd } = await platform.reaches(id, 'completed');
    const after = await detailOf(id);
    expect(after).toMatchObject({ reason: null, budget: [{ limit: '1', exceeded: null, spent: total_cost_usd }] });
  });

  it('is the workflow’s with the dollars of the request, and its amounts are frames of the stream', async () => {
    await create('tokens', '{tokens: 1000000, usd: 5}');
    const id = await platform.execute('tokens', { max_budget_usd: 0.01 });
    const events: string[] = [];
    const spent: number[] = [];
    for await (const { event, data } of platform.framesFromStart(id)) {
      events.push(event);
      if (event === 'budget') {
        const { limits } = Frame.parse(JSON.parse(data));
        spent.push(Number(limits.find(({ kind }) => kind === 'usd')?.spent));
      }
      if (event === 'ExecutionPaused') {
        await change(id, { usd: null });
        await resume(id);
      }
    }
    expect(events).toEqual(expect.arrayContaining(['BudgetExceeded', 'ExecutionPauseRequested', 'BudgetChanged']));
    expect(events.at(-1)).toBe('ExecutionCompleted');
    expect(spent.length).toBeGreaterThan(1);
    expect((await detailOf(id)).budget).toMatchObject([{ kind: 'tokens', limit: '1000000' }]);
  });
});

describe('a hard budget', () => {
  it('cancels the execution, which says why', async () => {
    await create('hard', '{tokens: {limit: 12000, on_exceeded: cancel}}');
    const id = await platform.execute('hard');
    await platform.reaches(id, 'cancelled');

    const { reason, budget } = await detailOf(id);
    expect(reason).toMatch(/^the budget of 12000 tokens is spent: 1\d{4}$/);
    expect(budget).toMatchObject([{ exceeded: { cause: 'spent' } }]);
  });
});

/** An agent that makes twelve model calls at the same time, and succeeds when all are answered. */
const CALLER = `
const { request } = require('node:http');
const body = JSON.stringify({ model: 'claude-haiku-4-5', max_tokens: 32000, messages: [{ role: 'user', content: 'Hi' }] });
const call = () => new Promise((resolve, reject) => {
  const to = { socketPath: '/run/syntropic/runner.sock', path: '/anthropic/v1/messages', method: 'POST' };
  request({ ...to, headers: { 'content-type': 'application/json' } }, (answer) => {
    answer.resume().on('end', () => resolve(answer.statusCode));
  }).on('error', reject).end(body);
});
Promise.all(Array.from({ length: 12 }, call)).then((statuses) => {
  console.log(JSON.stringify(statuses));
  process.exitCode = statuses.every((status) => status === 200) ? 0 : 1;
});`;
const caller = `agent: {provider: command, command: [node, -e, ${JSON.stringify(CALLER)}]}`;

describe('sub-agents that call models at the same time', () => {
  // A call costs 0.006 dollars; 0.02 and its input are reserved for it.
  const usage = { inputTokens: 1_000, outputTokens: 1_000 };
  const start = async (id: string, budget: string) => {
    models().clear();
    models().answer(() => ({ text: 'Hello', usage }));
    await platform.createWorkflow(`${workflow(id, caller)}budget: ${budget}\n`);
    return platform.execute(id);
  };
  const answered = () => models().requests.filter(({ end }) => end === 'answered').length;

  it('do not exceed a soft limit together, and go on with the same calls once it is raised', async () => {
    const id = await start('callers', '{usd: 0.05}');
    await platform.reaches(id, 'paused');
    const { reason, budget } = await detailOf(id);
    expect(reason).toContain('has no room for the next call');
    const [spent, calls] = [Number(budget?.[0]?.spent), answered()];
    expect(spent).toBeCloseTo(0.006 * calls, 9);
    expect(spent).toBeLessThanOrEqual(0.05);
    expect(models().requests).toHaveLength(calls);

    await change(id, { usd: 5 });
    await resume(id);
    await platform.reaches(id, 'completed');
    expect(answered()).toBe(12);
    expect((await detailOf(id)).budget).toMatchObject([{ spent: '0.072', reserved: '0' }]);
  });

  it('are refused where the limit is hard', async () => {
    const id = await start('hard-callers', '{usd: {limit: 0.05, on_exceeded: cancel}}');
    await platform.reaches(id, 'cancelled');
    expect(Number((await detailOf(id)).budget?.[0]?.spent)).toBeLessThanOrEqual(0.05);
    expect(models().requests.length).toBeLessThan(12);
  });
});

describe('a budget of time', () => {
  it('counts while the agent runs, and stands still during a pause', async () => {
    await create('slow', '{wall_seconds: 2}');
    const id = await platform.execute('slow');
    await platform.reaches(id, 'paused');
    const spent = async () => (await detailOf(id)).budget?.[0]?.spent;
    const atPause = await spent();
    expect((await detailOf(id)).reason).toMatch(/^the budget of 2 seconds is spent: [2-9]/);

    await create('fast');
    await platform.reaches(await platform.execute('fast', { max_budget_usd: 1 }), 'completed');
    expect(await spent()).toBe(atPause);
    await change(id, { wall_seconds: 600 });
    await resume(id);
    await platform.reaches(id, 'completed');
    expect(Number(await spent())).toBeGreaterThan(Number(atPause));
  });
});

describe('an execution without a budget', () => {
  it('gets none later, and shows none', async () => {
    await create('free');
    const id = await platform.execute('free');
    expect(await change(id, { usd: 5 })).toMatchObject({ status: 409, body: { code: 'execution.no_budget' } });
    expect((await detailOf(id)).budget).toBeNull();
    await eventually(async () => (await platform.execution(id)).phases[0]?.status === 'running');
    await platform.post(`/api/executions/${id}/cancel`);
    await platform.reaches(id, 'cancelled');
  });
});
