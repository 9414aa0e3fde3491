import { triggerRule } from '@syntropic/github/contracts';
import { event } from '@syntropic/kernel/testing';
import { useGateway } from './gateway.fixture';
import { registration } from './trigger-facts';

const gateway = useGateway();

it('compares a payload with a trigger, and starts nothing', async () => {
  const triggerId = 'tr-0000cccc';
  const { minPosition } = await gateway.record(`trigger-${triggerId}`, [
    event(triggerRule.events.TriggerRegistered, { triggerId, ...registration }),
  ]);
  const service = gateway.takeCommands();
  const payload = {
    repository: { full_name: 'Acme/API' },
    check_run: { conclusion: 'failure', head: 'fix', pull_requests: [{ number: 7 }] },
    sender: { login: 'ci[bot]', type: 'Bot' },
  };
  const tested = async (body: object) => {
    const { status, body: answer } = await gateway.call('POST', `/api/triggers/${triggerId}/test`, {
      body,
      minPosition,
    });
    return { status, ...answer };
  };

  const [conclusion, pullRequests] = registration.conditions;
  expect(await tested({ event: 'check_run.completed', payload })).toEqual({
    status: 'active',
    trigger_id: triggerId,
    matches: true,
    event_matches: true,
    repository_matches: true,
    sender_allowed: true,
    conditions: [
      { ...conclusion, found: 'failure', holds: true },
      { ...pullRequests, value: null, found: '[{"number":7}]', holds: true },
    ],
    inputs: { branch: 'fix' },
    pr_number: 7,
  });
  const other = { repository: { full_name: 'acme/web' }, check_run: { conclusion: 'x'.repeat(5_000) } };
  expect(await tested({ event: 'check_run.created', payload: other })).toMatchObject({
    matches: false,
    event_matches: false,
    repository_matches: false,
    conditions: [
      { found: expect.stringMatching(/^x{900,1023}…$/) as never, holds: false },
      { found: null, holds: false },
    ],
    inputs: {},
    pr_number: null,
  });
  expect(await tested({ event: 'check_run.completed' })).toMatchObject({ status: 422, field: 'payload' });
  expect(await tested({ event: 'Check', payload })).toMatchObject({ status: 422, field: 'event' });
  expect(service.taken).toEqual([]);
  service.stop();
});
