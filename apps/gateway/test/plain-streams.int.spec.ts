import { eventually } from '@syntropic/testing';
import { useEventStreams, type EventStreamClient } from './event-stream-client';
import { anExecutionId, factsOf } from './facts';
import { useGateway } from './gateway.fixture';

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
      ['terminal', 'ExecutionCancelled'],
    ]);
    expect(client.frames.every(({ id, event }) => id === '' && event === '')).toBe(true);
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
