import type { Event } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { MessageId, workflowExecution } from '@syntropic/orchestration/contracts';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { anExecutionId, factsOf } from './facts';
import { useGateway } from './gateway.fixture';

const { BudgetChanged, ExecutionPauseRequested, ExecutionPaused, MessageDelivered, MessageRequested } =
  workflowExecution.events;

const gateway = useGateway();

const started = async () => {
  const executionId = anExecutionId();
  const facts = factsOf(executionId);
  const record = (...events: readonly Event[]) => gateway.record(`execution-${executionId}`, events, executionId);
  await record(facts.started);
  const read = async (minPosition: string, path = '') =>
    (await gateway.call('GET', `/api/executions/${executionId}${path}`, { minPosition })).body;
  return { facts, record, read, ids: { executionId, workflowId: 'w' } };
};
const aTime = expect.any(String) as string;

it('the detail of an execution has its controls as requested and as effective', async () => {
  const { ids, facts, record, read } = await started();
  const asked = await record(
    event(BudgetChanged, { ...ids, budget: [], before: [] }),
    event(ExecutionPauseRequested, { ...ids, reason: 'lunch' }),
  );
  const budget = { control: 'budget', requested_at: aTime, effective_at: aTime };
  const pause = { control: 'pause', requested_at: aTime, reason: 'lunch', lapsed_at: null };
  expect(await read(asked.minPosition)).toMatchObject({ controls: [budget, { ...pause, effective_at: null }] });

  const paused = await record(facts.held, event(ExecutionPaused, { ...ids, yieldPoint: 'after_tool' }));
  expect(await read(paused.minPosition)).toMatchObject({ controls: [budget, { ...pause, effective_at: aTime }] });
});

it('the messages of an execution are listed in pages, whole, and in its detail with their beginning', async () => {
  const { ids, facts, record, read } = await started();
  const newId = () => MessageId.parse(randomUUID());
  const [oldest, middle, newest] = [newId(), newId(), newId()];
  const message = 'x'.repeat(64 * 1024);
  for (const messageId of [oldest, middle, newest]) {
    await record(event(MessageRequested, { ...ids, messageId, role: 'user', message, phaseIds: ['plan'] }));
  }
  const session = { ...ids, phaseId: 'plan', sessionId: facts.sessionId, attempt: 1, leg: 1 };
  const { minPosition } = await record(event(MessageDelivered, { ...session, messageId: oldest }));

  const waiting = { message_id: newest, role: 'user', message, requested_at: aTime };
  const taken = { message_id: oldest, recipients: [{ state: 'delivered', session_id: facts.sessionId }] };
  expect(await read(minPosition, '/messages')).toMatchObject({
    total: 3,
    messages: [{ ...waiting, recipients: [{ phase_id: 'plan', state: 'requested', settled_at: null }] }, {}, taken],
  });
  expect(await read(minPosition, '/messages?page=2&page_size=2')).toMatchObject({ total: 3, messages: [taken] });
  await eventually(async () => {
    const beginning = expect.stringMatching(/^x{1,500}…$/) as string;
    expect(await read(minPosition)).toMatchObject({
      message_count: 3,
      messages: [{ message_id: newest, truncated: true, message: beginning }, {}, taken],
    });
  });
});

it('the messages of no execution are not found, and none fill a page of no size', async () => {
  const { ids } = await started();
  expect(await gateway.call('GET', '/api/executions/exec-000000000000/messages')).toMatchObject({ status: 404 });
  const sizeless = `/api/executions/${ids.executionId}/messages?page_size=0`;
  expect(await gateway.call('GET', sizeless)).toMatchObject({ status: 422 });
});
