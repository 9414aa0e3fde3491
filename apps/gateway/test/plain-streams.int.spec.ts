import { event } from '@syntropic/kernel/testing';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { useEventStreams, type EventStreamClient } from './event-stream-client';
import { anExecutionId, factsOf } from './facts';
import { useGateway } from './gateway.fixture';
import { anExecutionOf } from './live-execution';

const {
  BudgetChanged,
  BudgetExceeded,
  ExecutionPaused,
  ExecutionPauseRequested,
  ExecutionResumed,
  MessageDelivered,
  MessageRequested,
  MessageUndeliverable,
  PhaseResumed,
} = workflowExecution.events;

const gateway = useGateway();

const openStream = useEventStreams();
const connect = (path: string) => openStream(`${gateway.url}${path}`);

const received = (client: EventStreamClient) => client.frames.map(({ data }) => [data['type'], data['event_type']]);

describe('a stream of unnamed frames', () => {
  it('sends the events of its execution that its clients know, and ends with it, also when it is cancelled', async () => {
    const executionId = anExecutionId();
    const facts = factsOf(executionId);
    const stream = `execution-${executionId}`;
    await gateway.record(stream, [facts.started], executionId);
    const client = connect(`/api/v1/sse/executions/${executionId}`);
    await eventually(() => {
      expect(received(client)).toEqual([['connected', 'connected']]);
    });
    await gateway.record(stream, [facts.queued, facts.phaseStarted, facts.cancelled], executionId);

    await eventually(() => client.hasEnded);
    expect(received(client).slice(1)).toEqual([
      ['event', 'PhaseStarted'],
      ['event', 'OperationRecorded'],
      ['terminal', 'ExecutionCancelled'],
    ]);
    expect(client.frames.every(({ id, event }) => id === '' && event === '')).toBe(true);
  });

  it('names each end of a tool, each pause and each resume as an operation', async () => {
    const execution = await anExecutionOf(gateway);
    const { facts, executionId } = execution;
    const client = connect(`/api/v1/sse/executions/${executionId}`);
    await eventually(() => {
      expect(received(client)).toEqual([['connected', 'connected']]);
    });
    const ended = { tool_name: 'Bash', tool_use_id: 't1' };
    await execution.observe('tool_execution_started', ended);
    await execution.observe('tool_execution_completed', ended);
    await execution.observe('tool_execution_failed', ended);
    const operations = () =>
      client.frames.flatMap(({ data }) => (data['event_type'] === 'OperationRecorded' ? [data['data']] : []));
    await eventually(() => {
      expect(operations()).toMatchObject([
        { operation_type: 'tool_completed', success: true, tool_name: 'Bash', session_id: facts.sessionId },
        { operation_type: 'tool_completed', success: false },
      ]);
    });
    await execution.record(event(ExecutionPaused, { executionId, workflowId: 'w', yieldPoint: 'after_tool' }));
    await execution.record(event(ExecutionResumed, { executionId, workflowId: 'w' }));

    await eventually(() => {
      expect(operations().slice(2)).toMatchObject([
        { operation_type: 'execution_paused' },
        { operation_type: 'execution_resumed' },
      ]);
    });
  });

  it('sends what was requested, what became of messages, and what changed in the budget', async () => {
    const execution = await anExecutionOf(gateway);
    const { facts, executionId } = execution;
    const client = connect(`/api/sse/executions/${executionId}`);
    await eventually(() => {
      expect(received(client)).toEqual([['connected', 'connected']]);
    });
    const ids = { executionId, workflowId: 'w' };
    const ofSession = { ...ids, phaseId: 'plan', sessionId: facts.sessionId, attempt: 1, leg: 1 };
    const messageId = randomUUID();
    const spent = { kind: 'usd', limit: '1', spent: '1.2', reserved: '0', cause: 'spent' } as const;
    const [limit, raised] = [
      { kind: 'usd', limit: '1', onExceeded: 'pause' },
      { kind: 'usd', limit: '5', onExceeded: 'pause' },
    ] as const;
    for (const each of [
      event(MessageRequested, { ...ids, messageId, role: 'user', message: 'Look', phaseIds: ['plan', 'build'] }),
      event(MessageDelivered, { ...ofSession, messageId }),
      event(MessageUndeliverable, { ...ids, phaseId: 'build', messageId }),
      event(BudgetExceeded, { ...ids, ...spent, onExceeded: 'pause' }),
      event(ExecutionPauseRequested, { ...ids, reason: 'spent' }),
      event(BudgetChanged, { ...ids, budget: [raised], before: [limit] }),
      event(PhaseResumed, ofSession),
    ])
      await execution.record(each);

    const told = () => client.frames.slice(1).filter(({ data }) => data['event_type'] !== 'OperationRecorded');
    await eventually(() => {
      expect(told().map(({ data }) => [data['event_type'], data['data']])).toMatchObject([
        ['MessageRequested', { message_id: messageId, role: 'user', message: 'Look', phase_ids: ['plan', 'build'] }],
        ['MessageDelivered', { message_id: messageId, phase_id: 'plan', session_id: facts.sessionId }],
        ['MessageUndeliverable', { message_id: messageId, phase_id: 'build' }],
        ['BudgetExceeded', { kind: 'usd', limit: '1', spent: '1.2', cause: 'spent', on_exceeded: 'pause' }],
        ['ExecutionPauseRequested', { reason: 'spent' }],
        ['BudgetChanged', { budget: [{ kind: 'usd', limit: '5', on_exceeded: 'pause' }], before: [{ limit: '1' }] }],
        ['PhaseResumed', { phase_id: 'plan', session_id: facts.sessionId }],
      ]);
    });
  });

  it('sends starts and ends of all executions, and never ends', async () => {
    const client = connect('/api/sse/activity');
    await eventually(() => {
      expect(received(client)).toEqual([['connected', 'connected']]);
    });
    const executionId = anExecutionId();
    const facts = factsOf(executionId);
    // The feed begins a moment after its greeting: its first frame shows that it has.
    await eventually(async () => {
      const id = anExecutionId();
      await gateway.record(`execution-${id}`, [factsOf(id).started], id);
      expect(received(client).length).toBeGreaterThan(1);
    });
    await gateway.record(`execution-${executionId}`, [facts.started, facts.queued, facts.completed], executionId);

    await eventually(() => {
      expect(received(client).at(-1)).toEqual(['event', 'WorkflowCompleted']);
    });
    const health = await fetch(`${gateway.url}/api/sse/health`);
    expect(await health.json()).toEqual({ status: 'healthy', active_executions: 0, active_connections: 1 });
    expect(client.hasEnded).toBe(false);
  });
});
