import { eventually } from '@syntropic/testing';
import { z } from 'zod';
import { usePlatform } from './platform';
import { simulated, workflow } from './workflows';

const platform = usePlatform();

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
    for await (const { event, data } of platform.frames(id)) {
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
