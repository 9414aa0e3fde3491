import { installation, triggerRule } from '@syntropic/github/contracts';
import { event } from '@syntropic/kernel/testing';
import { factsOf } from './facts';
import { useGateway } from './gateway.fixture';
import { config, registration } from './trigger-facts';

const gateway = useGateway();
const PATH = '/api/triggers';

const { TriggerRegistered, TriggerPaused, TriggerDeleted, TriggerFired, TriggerBlocked, TriggerDispatchCompleted } =
  triggerRule.events;

type Own = Partial<Parameters<typeof event<typeof TriggerRegistered>>[1]>;
const aTrigger = (triggerId: string, own: Own = {}) =>
  gateway.record(`trigger-${triggerId}`, [event(TriggerRegistered, { triggerId, ...registration, ...own })]);
const claimed = (triggerId: string) => ({ triggerId, repository: 'acme/api', workflowId: 'heal' });

it('lists triggers newest first, filtered and in pages with the true total', async () => {
  await aTrigger('tr-00000001', { repository: 'Acme/Api' });
  await aTrigger('tr-00000002', { repository: 'acme/web', event: 'push' });
  await aTrigger('tr-00000003', { workflowId: 'other' });
  await aTrigger('tr-00000004', { repository: 'acme/gone' });
  await gateway.record('trigger-tr-00000001', [event(TriggerPaused, { ...claimed('tr-00000001'), pausedBy: '' })]);
  const { minPosition } = await gateway.record('trigger-tr-00000004', [
    event(TriggerDeleted, { ...claimed('tr-00000004'), deletedBy: '' }),
  ]);
  const listed = async (query: string) => {
    const body = await gateway.read(`${PATH}?${query}`, minPosition);
    const triggers = body['triggers'] as readonly Readonly<{ trigger_id: string }>[];
    return { ids: triggers.map(({ trigger_id }) => Number(trigger_id.slice(-1))), total: body['total'] };
  };

  expect(await listed('')).toEqual({ ids: [3, 2, 1], total: 3 });
  expect(await listed('repository=ACME/api')).toEqual({ ids: [3, 1], total: 2 });
  expect(await listed('status=paused')).toEqual({ ids: [1], total: 1 });
  expect(await listed('status=deleted')).toEqual({ ids: [4], total: 1 });
  expect(await listed('workflow_id=other')).toEqual({ ids: [3], total: 1 });
  expect(await listed('event=push')).toEqual({ ids: [2], total: 1 });
  expect(await listed('limit=1&offset=1')).toEqual({ ids: [2], total: 3 });
  expect(await gateway.call('GET', `${PATH}?status=gone`)).toMatchObject({ status: 422, body: { field: 'status' } });
});

it('shows a trigger by its id or the start of it', async () => {
  const { minPosition } = await aTrigger('tr-aaaaaaaa');
  expect(await gateway.call('GET', `${PATH}/tr-aaaa`, { minPosition })).toMatchObject({
    status: 200,
    body: {
      trigger_id: 'tr-aaaaaaaa',
      status: 'active',
      fire_count: 0,
      last_fired_at: null,
      installation_id: '4711',
      conditions: registration.conditions,
      input_mapping: registration.inputMapping,
      config: {
        max_attempts: 3,
        daily_limit: 20,
        debounce_seconds: 0,
        cooldown_seconds: 300,
        allow_bots: false,
        allowed_senders: [],
      },
    },
  });
  const missing = await gateway.call('GET', `${PATH}/none`);
  expect(missing).toMatchObject({ status: 404, body: { code: 'trigger.not_found' } });
});

it('tells the history of a trigger, and of all', async () => {
  const triggerId = 'tr-bbbbbbbb';
  await aTrigger(triggerId);
  const about = (executionId: string) => ({
    triggerId,
    executionId,
    deliveryId: `delivery-${executionId}`,
    event: 'check_run.completed',
    repository: 'acme/api',
    prNumber: 7,
  });
  const [fired, blocked] = ['exec-bbbbbbbbbbb1', 'exec-bbbbbbbbbbb2'];
  const at = '2026-11-26T12:00:00.000Z';
  await gateway.record(`trigger-${triggerId}`, [
    event(TriggerFired, { ...about(fired), workflowId: 'heal', at }),
    event(TriggerDispatchCompleted, { triggerId, executionId: fired, workflowId: 'heal' }),
  ]);
  await gateway.record(`trigger-${triggerId}`, [
    event(TriggerBlocked, { ...about(blocked), guard: 'concurrency', reason: 'it runs' }),
  ]);
  const { started, queued, phaseStarted, phaseCompleted, completed } = factsOf(fired);
  const run = [started, queued, phaseStarted, phaseCompleted, completed];
  const { minPosition } = await gateway.record(`execution-${fired}`, run, fired);

  const own = await gateway.read(`${PATH}/tr-bbbb/history`, minPosition);
  expect(own).toMatchObject({
    trigger_id: triggerId,
    total: 2,
    entries: [
      { status: 'blocked', guard_name: 'concurrency', block_reason: 'it runs', execution_id: '', pr_number: 7 },
      {
        status: 'completed',
        execution_id: fired,
        event_type: 'check_run.completed',
        webhook_delivery_id: `delivery-${fired}`,
        cost_usd: 0.42,
      },
    ],
  });
  const all = await gateway.read(`${PATH}/history?limit=1&offset=1`, minPosition);
  expect(all).toMatchObject({ total: 2, entries: [{ trigger_id: triggerId, execution_id: fired }] });
  expect(await gateway.call('GET', `${PATH}/none/history`)).toMatchObject({ status: 404 });
});

it('refuses bad fields by name, and sends nothing', async () => {
  const service = gateway.takeCommands();
  const whole = { name: 'Heal', event: 'push', repository: 'acme/api', workflow_id: 'heal' };
  const one = `${PATH}/tr-01234567`;
  const posted = (own: object) => gateway.call('POST', PATH, { body: { ...whole, ...own } });
  const patched = (body: object) => gateway.call('PATCH', one, { body });
  const condition = (own: object) => posted({ conditions: [{ field: 'a', operator: 'eq', value: 'b', ...own }] });
  const refused = [
    await gateway.call('POST', PATH, { body: { ...whole, name: undefined } }),
    await posted({ event: 'Check Run' }),
    await posted({ repository: 'api' }),
    await posted({ workflow_id: '../x' }),
    await posted({ colour: 'red' }),
    await condition({ operator: 'like' }),
    await condition({ field: 'a..b' }),
    await condition({ value: null }),
    await condition({ value: ['b'] }),
    await condition({ value: 'x'.repeat(256) }),
    await posted({ conditions: Array.from({ length: 21 }, () => ({ field: 'a', operator: 'is_empty' })) }),
    await posted({ input_mapping: { branch: 'a[' } }),
    await posted({ config: { max_attempts: 0 } }),
    await posted({ config: { retries: 1 } }),
    await posted({ config: { allowed_senders: ['a b'] } }),
    await patched({ config: { allow_bots: 'yes' } }),
    await patched({}),
    await patched({ action: 'explode' }),
    await patched({ action: 'pause', name: 'x' }),
    await gateway.call('POST', `${PATH}/presets/self-healing`, { body: {} }),
  ];
  const unknown = await gateway.call('POST', `${PATH}/presets/magic`, { body: { repository: 'acme/api' } });
  service.stop();

  expect(refused.map(({ status, body }) => [status, body['field']])).toEqual([
    [422, 'name'],
    [422, 'event'],
    [422, 'repository'],
    [422, 'workflow_id'],
    [422, 'colour'],
    [422, 'conditions[0].operator'],
    [422, 'conditions[0].field'],
    [422, 'conditions[0].value'],
    [422, 'conditions[0].value'],
    [422, 'conditions[0].value'],
    [422, 'conditions'],
    [422, 'input_mapping.branch'],
    [422, 'config.max_attempts'],
    [422, 'config.retries'],
    [422, 'config.allowed_senders[0]'],
    [422, 'config.allow_bots'],
    [422, 'action'],
    [422, 'action'],
    [422, 'action'],
    [422, 'repository'],
  ]);
  expect(unknown).toMatchObject({ status: 404, body: { code: 'trigger.preset_not_found' } });
  expect(service.taken).toEqual([]);
});

/** Records an installation that may read acme/core. */
const anInstallation = () =>
  gateway.record('installation-99', [
    event(installation.events.AppInstalled, {
      installationId: '99',
      accountId: 1,
      accountName: 'acme',
      accountType: 'Organization',
    }),
    event(installation.events.InstallationRepositoriesChanged, {
      installationId: '99',
      added: [{ githubId: 5, fullName: 'Acme/Core', isPrivate: false }],
      removed: [],
    }),
  ]);

it('sends changes as commands, also for the start of an id', async () => {
  const triggerId = 'tr-cccccccc';
  await aTrigger(triggerId);
  const { minPosition } = await anInstallation();
  await gateway.read('/api/github/repos', minPosition);

  const service = gateway.takeCommands();
  const whole = { name: 'Heal', event: 'push', repository: 'acme/core', workflow_id: 'heal' };
  const unary = { field: 'a.b[0]', operator: 'not_empty', value: '' };
  const created = await gateway.call('POST', PATH, {
    body: { ...whole, conditions: [unary], config: { daily_limit: 5 } },
  });
  const preset = await gateway.call('POST', `${PATH}/presets/review-fix`, { body: { repository: 'acme/none' } });
  const paused = await gateway.call('PATCH', `${PATH}/tr-cccc`, {
    body: { action: 'pause', reason: 'noise', paused_by: 'ada' },
    minPosition,
  });
  const resumed = await gateway.call('PATCH', `${PATH}/tr-cccc`, { body: { action: 'resume' } });
  const changed = await gateway.call('PATCH', `${PATH}/tr-cccc`, { body: { name: 'New', config: { daily_limit: 1 } } });
  const removed = await gateway.call('DELETE', `${PATH}/tr-cccc`);
  service.stop();

  const [first, second] = [created, preset].map(({ body }) => String(body['trigger_id']));
  expect(first).toMatch(/^tr-[0-9a-f]{8}$/);
  expect(created.body).toEqual({ trigger_id: first, name: 'Heal', status: 'active', preset: null, action: null });
  expect(preset.body).toMatchObject({ trigger_id: second, name: 'review-fix', preset: 'review-fix' });
  expect(paused.body).toMatchObject({ trigger_id: triggerId, status: 'paused', action: 'pause' });
  expect(resumed.body).toMatchObject({ trigger_id: triggerId, status: 'active', action: 'resume' });
  expect(changed.body).toMatchObject({ trigger_id: triggerId, status: 'updated', name: 'New' });
  expect(removed.body).toMatchObject({ trigger_id: triggerId, status: 'deleted' });
  expect(service.taken).toEqual([
    {
      'github.RegisterTrigger': {
        triggerId: first,
        name: 'Heal',
        event: 'push',
        repository: 'acme/core',
        workflowId: 'heal',
        conditions: [{ field: 'a.b[0]', operator: 'not_empty' }],
        inputMapping: {},
        config: { ...config, dailyLimit: 5, allowBots: false, allowedSenders: [] },
        installationId: '99',
        createdBy: 'api',
      },
    },
    {
      'github.RegisterTrigger': expect.objectContaining({
        triggerId: second,
        event: 'pull_request_review.submitted',
        workflowId: 'self-heal-pr',
        installationId: '',
        preset: 'review-fix',
      }) as object,
    },
    { 'github.PauseTrigger': { triggerId, pausedBy: 'ada', reason: 'noise' } },
    { 'github.ResumeTrigger': { triggerId, resumedBy: '' } },
    { 'github.UpdateTrigger': { triggerId, name: 'New', config: { dailyLimit: 1 } } },
    { 'github.DeleteTrigger': { triggerId } },
  ]);
});
