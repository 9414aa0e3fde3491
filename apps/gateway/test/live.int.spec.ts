import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { useEventStreams, type EventStreamClient } from './event-stream-client';
import { anExecutionId } from './facts';
import { anExecutionOf } from './live-execution';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const openStream = useEventStreams();

function connect(
  executionId: string,
  { lastEventId, from = gateway.url }: { lastEventId?: string; from?: string } = {},
) {
  return openStream(`${from}/api/executions/${executionId}/stream`, lastEventId);
}

const anExecution = () => anExecutionOf(gateway);

const eventsOf = (client: EventStreamClient, ...wanted: string[]) =>
  eventually(() => {
    expect(client.events).toEqual(wanted);
  });

describe('a live stream', () => {
  it('begins with the state, then sends each event, and ends with the execution', async () => {
    const execution = await anExecution();
    const client = connect(execution.executionId);
    await eventsOf(client, 'snapshot');
    expect(client.frames[0]?.data).toMatchObject({ workflow_execution_id: execution.executionId, status: 'running' });

    execution.publish(await execution.record(execution.facts.queued));
    execution.publish(await execution.record(execution.facts.phaseStarted));
    execution.publish(await execution.observe('tool_execution_started', { tool_name: 'Bash', tool_use_id: 't' }));
    await eventually(() => {
      expect(client.events.filter((event) => event.startsWith('Phase'))).toEqual(['PhaseQueued', 'PhaseStarted']);
      expect(client.events).toContain('tool_execution_started');
    });
    expect(client.frames.find(({ event }) => event === 'PhaseStarted')?.data).toMatchObject({
      phase_id: 'plan',
      session_id: execution.facts.sessionId,
    });

    execution.publish(await execution.record(execution.facts.phaseCompleted));
    execution.publish(await execution.record(execution.facts.completed));
    await eventually(() => client.hasEnded);
    expect(client.events.slice(-2)).toEqual(['PhaseCompleted', 'ExecutionCompleted']);
  });

  it('sends each event once and in order when frames are lost, doubled and reordered', async () => {
    const execution = await anExecution();
    const client = connect(execution.executionId);
    await eventsOf(client, 'snapshot');

    const lost = await execution.record(execution.facts.queued);
    const late = await execution.record(execution.facts.phaseStarted);
    const held = await execution.record(execution.facts.held);
    const [first, second, third] = [
      await execution.observe('agent_output', { text: 'one' }),
      await execution.observe('agent_output', { text: 'two' }),
      await execution.observe('agent_output', { text: 'three' }),
    ];
    for (const frame of [third, held, late, held, first, second, third]) execution.publish(frame);
    expect(lost.events).toHaveLength(1);

    await eventually(() => {
      expect(client.events.filter((event) => event.startsWith('Phase'))).toEqual([
        'PhaseQueued',
        'PhaseStarted',
        'PhaseHeld',
      ]);
      expect(client.frames.filter(({ event }) => event === 'agent_output').map(({ data }) => data['text'])).toEqual([
        'one',
        'two',
        'three',
      ]);
    });
  });

  it('sends events whose frames were never published', async () => {
    const execution = await anExecution();
    const client = connect(execution.executionId);
    await eventsOf(client, 'snapshot');
    await execution.record(execution.facts.queued);
    await execution.observe('agent_output', { text: 'silent' });

    await eventually(() => {
      expect([...client.events].sort()).toEqual(['PhaseQueued', 'agent_output', 'snapshot']);
    });
  });

  it('goes on where its client stopped, on another replica', async () => {
    const execution = await anExecution();
    const client = connect(execution.executionId);
    await eventsOf(client, 'snapshot');
    execution.publish(await execution.record(execution.facts.queued));
    execution.publish(await execution.observe('agent_output', { text: 'seen' }));
    await eventually(() => {
      expect(client.events).toEqual(expect.arrayContaining(['PhaseQueued', 'agent_output']));
    });
    client.close();
    await execution.record(execution.facts.phaseStarted);
    await execution.observe('agent_output', { text: 'missed' });

    const lastEventId = client.frames.at(-1)?.id ?? '';
    const other = connect(execution.executionId, { lastEventId, from: await gateway.start() });

    await eventually(() => {
      expect(other.frames).toHaveLength(2);
    });
    expect(other.events).toEqual(expect.arrayContaining(['PhaseStarted', 'agent_output']));
    expect(other.frames.find(({ event }) => event === 'agent_output')?.data).toMatchObject({ text: 'missed' });
  });

  it('sends missed events in the order of their times', async () => {
    const execution = await anExecution();
    const client = connect(execution.executionId);
    await eventsOf(client, 'snapshot');
    client.close();
    await execution.record(execution.facts.phaseStarted);
    const startedBy = Date.now();
    // Times have milliseconds: events of the same millisecond have no order between the channels.
    await eventually(() => Date.now() > startedBy);
    await execution.observe('agent_output', { text: 'in between' });
    await execution.record(execution.facts.phaseCompleted);
    await execution.record(execution.facts.completed);
    await eventually(async () => {
      const response = await fetch(`${gateway.url}/api/executions/${execution.executionId}/state`);
      expect(await response.json()).toMatchObject({ state: 'completed' });
    });

    const again = connect(execution.executionId, { lastEventId: client.frames[0]?.id ?? '' });
    await eventually(() => again.hasEnded);
    expect(again.events).toEqual(['PhaseStarted', 'agent_output', 'PhaseCompleted', 'ExecutionCompleted']);
  });

  it('begins with a snapshot for an id of another log', async () => {
    const execution = await anExecution();
    const client = connect(execution.executionId, { lastEventId: `${randomUUID()}.5-5` });

    await eventsOf(client, 'snapshot');
  });

  it.each([
    ['telemetry that the execution does not have', 0, 1],
    ['positions that the log does not have', 1_000_000, 0],
  ])('begins with a snapshot for an id with %s', async (_, positions, sequences) => {
    const execution = await anExecution();
    await execution.observe('agent_output', { text: 'the only one' });
    const client = connect(execution.executionId);
    await eventsOf(client, 'snapshot');
    const [, epoch = '', position, sequence] = /^(.*)\.(\d+)-(\d+)$/.exec(client.frames[0]?.id ?? '') ?? [];

    const lastEventId = `${epoch}.${Number(position) + positions}-${Number(sequence) + sequences}`;
    await eventsOf(connect(execution.executionId, { lastEventId }), 'snapshot');
  });

  it('sends tokens and cost as totals', async () => {
    const execution = await anExecution();
    const client = connect(execution.executionId);
    await eventsOf(client, 'snapshot');
    const call = (messageId: string) => ({
      leg: 1,
      message_id: messageId,
      model: 'claude-sonnet-4-5',
      input_tokens: 10,
      output_tokens: 5,
      cache_creation_tokens: 0,
      cache_read_tokens: 0,
      cost_usd: '0.25',
    });
    execution.publish(await execution.observe('token_usage', call('a')));
    execution.publish(await execution.observe('token_usage', call('b')));

    await eventually(() => {
      expect(client.frames.findLast(({ event }) => event === 'tokens')?.data).toMatchObject({ total_tokens: 30 });
      expect(client.frames.findLast(({ event }) => event === 'cost')?.data).toMatchObject({ total_cost_usd: '0.5' });
    });
  });

  it('sends its last frame after all telemetry that sessions counted', async () => {
    const execution = await anExecution();
    const client = connect(execution.executionId);
    await eventsOf(client, 'snapshot');
    await execution.record(execution.facts.sessionCompleted(2), `session-${execution.facts.sessionId}`);
    execution.publish(await execution.observe('agent_output', { text: 'first' }));
    execution.publish(await execution.record(execution.facts.completed));
    await eventually(() => client.events.includes('SessionCompleted'));
    expect(client.events).not.toContain('ExecutionCompleted');
    await execution.observe('agent_output', { text: 'second' });

    await eventually(() => client.hasEnded);
    expect(client.events.at(-1)).toBe('ExecutionCompleted');
    expect(client.events.filter((event) => event === 'agent_output')).toHaveLength(2);
  });

  it('stays open for an execution that is interrupted', async () => {
    const execution = await anExecution();
    const client = connect(execution.executionId);
    await eventsOf(client, 'snapshot');
    execution.publish(await execution.record(execution.facts.interrupted));
    await eventsOf(client, 'snapshot', 'ExecutionInterrupted');
    execution.publish(await execution.record(execution.facts.queued));

    await eventsOf(client, 'snapshot', 'ExecutionInterrupted', 'PhaseQueued');
    expect(client.hasEnded).toBe(false);
  });

  it('of an ended execution sends its end; a client that has received the end gets 204', async () => {
    const execution = await anExecution();
    await execution.record(execution.facts.cancelled);
    await eventually(async () => {
      const response = await fetch(`${gateway.url}/api/executions/${execution.executionId}/state`);
      expect(await response.json()).toMatchObject({ state: 'cancelled' });
    });
    const client = connect(execution.executionId);
    await eventually(() => client.hasEnded);
    expect(client.events).toEqual(['snapshot', 'ExecutionCancelled']);

    const again = connect(execution.executionId, { lastEventId: client.frames.at(-1)?.id ?? '' });
    await eventually(() => {
      expect(again.status).toBe(204);
    });
  });

  it('is not found for an unknown execution', async () => {
    const response = await fetch(`${gateway.url}/api/executions/${anExecutionId()}/stream`);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'execution.not_found' });
  });

  it('goes on while the bus is away', async () => {
    const execution = await anExecution();
    const client = connect(execution.executionId);
    await eventsOf(client, 'snapshot');
    await gateway.server.stop();
    await execution.record(execution.facts.queued);

    await eventsOf(client, 'snapshot', 'PhaseQueued');
    await gateway.server.start();
  });
});
