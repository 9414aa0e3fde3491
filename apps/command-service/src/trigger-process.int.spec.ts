import { delivery } from '@syntropic/github/contracts';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { eventually } from '@syntropic/testing';
import { aDelivery, aRepository, useTriggers } from '../test/triggers.fixture';

const { AcceptDelivery } = delivery.commands;
const { CancelExecution } = workflowExecution.commands;

const { replicas, aWorkflow, register, eventsOf, typesOf, lead } = useTriggers();

describe('the process from deliveries to executions', () => {
  let stop: () => Promise<void> = () => Promise.resolve();
  afterEach(() => stop());

  it('starts one execution for each trigger that matched, with the inputs that its workflow takes', async () => {
    stop = await lead(replicas.one);
    const workflowId = await aWorkflow();
    const repository = aRepository();
    const rules = [await register({ workflowId, repository }), await register({ workflowId, repository })];
    const sent = aDelivery(repository);
    await replicas.other.ask(AcceptDelivery, sent);

    for (const { triggerId } of rules) {
      const told = ['TriggerRegistered', 'TriggerFired', 'TriggerDispatchCompleted'];
      await eventually(async () => {
        expect(await typesOf(triggerId)).toEqual(told);
      });
      const [, fired] = await eventsOf(`trigger-${triggerId}`);
      expect(fired?.data).toMatchObject({ deliveryId: sent.deliveryId, prNumber: 7, workflowId, repository });
      const [started] = await eventsOf(`execution-${String(fired?.data['executionId'])}`);
      expect(started).toMatchObject({
        type: 'ExecutionStarted',
        data: { workflowId, inputs: { branch: 'fix' }, repos: [repository] },
      });
    }
  });

  it('records why a start was refused', async () => {
    stop = await lead(replicas.one);
    const { triggerId, repository } = await register({ workflowId: await aWorkflow(), inputMapping: {} });
    await replicas.one.ask(AcceptDelivery, aDelivery(repository));
    await eventually(async () => {
      expect((await eventsOf(`trigger-${triggerId}`)).at(-1)).toMatchObject({
        type: 'TriggerDispatchFailed',
        data: { failureReason: expect.stringMatching(/^execution\.missing_input: /) as string },
      });
    });
  });

  it('blocks a second execution for a pull request while the first one runs, and not after its end', async () => {
    stop = await lead(replicas.one);
    const config = { maxAttempts: 9, dailyLimit: 9, debounceSeconds: 0, cooldownSeconds: 0 };
    const { triggerId, repository } = await register({ workflowId: await aWorkflow(), config });
    const deliver = () => replicas.one.ask(AcceptDelivery, aDelivery(repository));
    await deliver();
    await eventually(async () => {
      expect((await typesOf(triggerId)).at(-1)).toBe('TriggerDispatchCompleted');
    });

    await deliver();
    await eventually(async () => {
      expect((await eventsOf(`trigger-${triggerId}`)).at(-1)).toMatchObject({
        type: 'TriggerBlocked',
        data: { guard: 'concurrency' },
      });
    });

    const [, fired] = await eventsOf(`trigger-${triggerId}`);
    const executionId = String(fired?.data['executionId']) as never;
    expect(await replicas.one.send(CancelExecution, { executionId })).toBe('done');
    await deliver();
    await eventually(async () => {
      expect((await typesOf(triggerId)).filter((type) => type === 'TriggerFired')).toHaveLength(2);
    });
  });

  it('waits for a debounced trigger, and fires for the last delivery', async () => {
    stop = await lead(replicas.one);
    const config = { maxAttempts: 9, dailyLimit: 9, debounceSeconds: 86_400, cooldownSeconds: 0 };
    const { triggerId, repository } = await register({ workflowId: await aWorkflow(), config });
    const [first, last] = [aDelivery(repository), aDelivery(repository)];
    for (const [at, sent] of [first, last].entries()) {
      await replicas.one.ask(AcceptDelivery, sent);
      await eventually(async () => {
        expect(await typesOf(triggerId)).toHaveLength(at + 2);
      });
    }
    expect(await typesOf(triggerId)).toEqual(['TriggerRegistered', 'TriggerDeferred', 'TriggerDeferred']);

    await eventually(async () => {
      const { rowCount } = await replicas.database.pool.query(
        `update ops.timers set due_at = clock_timestamp()
          where process = 'fire-triggers' and starts_with(key, $1) and command -> 'data' ->> 'deliveryId' = $2`,
        [triggerId, last.deliveryId],
      );
      expect(rowCount).toBe(1);
    });
    await eventually(async () => {
      expect(await typesOf(triggerId)).toContain('TriggerDispatchCompleted');
    });
    const fired = (await eventsOf(`trigger-${triggerId}`)).filter(({ type }) => type === 'TriggerFired');
    expect(fired.map(({ data }) => data['deliveryId'])).toEqual([last.deliveryId]);
  });

  it('goes on where it died, and starts nothing twice', async () => {
    const { triggerId, repository } = await register({ workflowId: await aWorkflow() });
    let deaths = 0;
    const dying = await lead(replicas.one, (type) => {
      if (['FireTrigger', 'DispatchTrigger'].includes(type)) {
        deaths++;
        throw new Error('died behind the append');
      }
    });
    await replicas.other.ask(AcceptDelivery, aDelivery(repository));
    await eventually(() => deaths > 0);
    await dying();

    stop = await lead(replicas.other);
    await eventually(async () => {
      expect(await typesOf(triggerId)).toEqual(['TriggerRegistered', 'TriggerFired', 'TriggerDispatchCompleted']);
    });
    const [, fired] = await eventsOf(`trigger-${triggerId}`);
    const execution = await eventsOf(`execution-${String(fired?.data['executionId'])}`);
    expect(execution.filter(({ type }) => type === 'ExecutionStarted')).toHaveLength(1);
  });
});
