import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { anExecutionId } from './facts';
import { anExecutionOf } from './live-execution';
import { useGateway } from './use-gateway';
import { Watch } from './watch';

const gateway = useGateway();

const watches: Watch[] = [];
afterEach(() => {
  for (const watch of watches.splice(0)) watch.close();
});

function watching(
  executionId: string,
  { lastEventId, from = gateway.url }: { lastEventId?: string; from?: string } = {},
) {
  const watch = new Watch(`${from}/api/executions/${executionId}/stream`, lastEventId);
  watches.push(watch);
  return watch;
}

const anExecution = () => anExecutionOf(gateway);

const eventsOf = (watch: Watch, ...wanted: string[]) =>
  eventually(() => {
    expect(watch.events).toEqual(wanted);
  });

describe('a live stream', () => {
  it('begins with the state, then tells what happens, and ends with the execution', async () => {
    const execution = await anExecution();
    const watch = watching(execution.executionId);
    await eventsOf(watch, 'snapshot');
    expect(watch.frames[0]?.data).toMatchObject({ workflow_execution_id: execution.executionId, status: 'running' });

    execution.tell(await execution.happen(execution.facts.queued));
    execution.tell(await execution.happen(execution.facts.phaseStarted));
    execution.tell(await execution.observe('tool_execution_started', { tool_name: 'Bash', tool_use_id: 't' }));
    await eventually(() => {
      expect(watch.events.filter((event) => event.startsWith('Phase'))).toEqual(['PhaseQueued', 'PhaseStarted']);
      expect(watch.events).toContain('tool_execution_started');
    });
    expect(watch.frames.find(({ event }) => event === 'PhaseStarted')?.data).toMatchObject({
      phase_id: 'plan',
      session_id: execution.facts.sessionId,
    });

    execution.tell(await execution.happen(execution.facts.phaseCompleted));
    execution.tell(await execution.happen(execution.facts.completed));
    await eventually(() => watch.hasEnded);
    expect(watch.events.slice(-2)).toEqual(['PhaseCompleted', 'ExecutionCompleted']);
  });

  it('shows each thing once and in order when messages are lost, doubled and reordered', async () => {
    const execution = await anExecution();
    const watch = watching(execution.executionId);
    await eventsOf(watch, 'snapshot');

    const lost = await execution.happen(execution.facts.queued);
    const late = await execution.happen(execution.facts.phaseStarted);
    const held = await execution.happen({ ...execution.facts.queued, type: 'PhaseHeld' });
    const [first, second, third] = [
      await execution.observe('agent_output', { text: 'one' }),
      await execution.observe('agent_output', { text: 'two' }),
      await execution.observe('agent_output', { text: 'three' }),
    ];
    for (const frame of [third, held, late, held, first, second, third]) execution.tell(frame);
    expect(lost.events).toHaveLength(1);

    await eventually(() => {
      expect(watch.events.filter((event) => event.startsWith('Phase'))).toEqual([
        'PhaseQueued',
        'PhaseStarted',
        'PhaseHeld',
      ]);
      expect(watch.frames.filter(({ event }) => event === 'agent_output').map(({ data }) => data['text'])).toEqual([
        'one',
        'two',
        'three',
      ]);
    });
  });

  it('finds what no message ever told', async () => {
    const execution = await anExecution();
    const watch = watching(execution.executionId);
    await eventsOf(watch, 'snapshot');
    await execution.happen(execution.facts.queued);
    await execution.observe('agent_output', { text: 'silent' });

    await eventually(() => {
      expect([...watch.events].sort()).toEqual(['PhaseQueued', 'agent_output', 'snapshot']);
    });
  });

  it('goes on where its client stopped, on another replica', async () => {
    const execution = await anExecution();
    const watch = watching(execution.executionId);
    await eventsOf(watch, 'snapshot');
    execution.tell(await execution.happen(execution.facts.queued));
    execution.tell(await execution.observe('agent_output', { text: 'seen' }));
    await eventually(() => {
      expect(watch.events).toEqual(expect.arrayContaining(['PhaseQueued', 'agent_output']));
    });
    watch.close();
    await execution.happen(execution.facts.phaseStarted);
    await execution.observe('agent_output', { text: 'missed' });

    const lastEventId = watch.frames.at(-1)?.id ?? '';
    const other = watching(execution.executionId, { lastEventId, from: await gateway.start() });

    await eventually(() => {
      expect(other.frames).toHaveLength(2);
    });
    expect(other.events).toEqual(expect.arrayContaining(['PhaseStarted', 'agent_output']));
    expect(other.frames.find(({ event }) => event === 'agent_output')?.data).toMatchObject({ text: 'missed' });
  });

  it('tells what was missed in the order in which it happened', async () => {
    const execution = await anExecution();
    const watch = watching(execution.executionId);
    await eventsOf(watch, 'snapshot');
    watch.close();
    await execution.happen(execution.facts.phaseStarted);
    const startedBy = Date.now();
    // Times are told in milliseconds: within the same one nobody knows what came first.
    await eventually(() => Date.now() > startedBy);
    await execution.observe('agent_output', { text: 'in between' });
    await execution.happen(execution.facts.phaseCompleted);
    await execution.happen(execution.facts.completed);
    await eventually(async () => {
      const response = await fetch(`${gateway.url}/api/executions/${execution.executionId}/state`);
      expect(await response.json()).toMatchObject({ state: 'completed' });
    });

    const again = watching(execution.executionId, { lastEventId: watch.frames[0]?.id ?? '' });
    await eventually(() => again.hasEnded);
    expect(again.events).toEqual(['PhaseStarted', 'agent_output', 'PhaseCompleted', 'ExecutionCompleted']);
  });

  it('begins anew for an id of another log', async () => {
    const execution = await anExecution();
    const watch = watching(execution.executionId, { lastEventId: `${randomUUID()}.5-5` });

    await eventsOf(watch, 'snapshot');
  });

  it('tells tokens and cost as totals', async () => {
    const execution = await anExecution();
    const watch = watching(execution.executionId);
    await eventsOf(watch, 'snapshot');
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
    execution.tell(await execution.observe('token_usage', call('a')));
    execution.tell(await execution.observe('token_usage', call('b')));

    await eventually(() => {
      expect(watch.frames.findLast(({ event }) => event === 'tokens')?.data).toMatchObject({ total_tokens: 30 });
      expect(watch.frames.findLast(({ event }) => event === 'cost')?.data).toMatchObject({ total_cost_usd: '0.5' });
    });
  });

  it('keeps its last frame until the telemetry that sessions counted has come', async () => {
    const execution = await anExecution();
    const watch = watching(execution.executionId);
    await eventsOf(watch, 'snapshot');
    await execution.happen(execution.facts.sessionCompleted(2), `session-${execution.facts.sessionId}`);
    execution.tell(await execution.observe('agent_output', { text: 'first' }));
    execution.tell(await execution.happen(execution.facts.completed));
    await eventually(() => watch.events.includes('SessionCompleted'));
    expect(watch.events).not.toContain('ExecutionCompleted');
    await execution.observe('agent_output', { text: 'second' });

    await eventually(() => watch.hasEnded);
    expect(watch.events.at(-1)).toBe('ExecutionCompleted');
    expect(watch.events.filter((event) => event === 'agent_output')).toHaveLength(2);
  });

  it('stays open for an execution that is interrupted', async () => {
    const execution = await anExecution();
    const watch = watching(execution.executionId);
    await eventsOf(watch, 'snapshot');
    const { usage, artifactIds } = { usage: {}, artifactIds: [] };
    const data = { ...execution.facts.queued.data, sessions: [], usage, artifactIds, why: 'lease_lost' };
    execution.tell(await execution.happen({ type: 'ExecutionInterrupted', data }));
    await eventsOf(watch, 'snapshot', 'ExecutionInterrupted');
    execution.tell(await execution.happen(execution.facts.queued));

    await eventsOf(watch, 'snapshot', 'ExecutionInterrupted', 'PhaseQueued');
    expect(watch.hasEnded).toBe(false);
  });

  it('of an execution that has ended shows how, and ends; who has seen that gets nothing more', async () => {
    const execution = await anExecution();
    await execution.happen(execution.facts.cancelled);
    await eventually(async () => {
      const response = await fetch(`${gateway.url}/api/executions/${execution.executionId}/state`);
      expect(await response.json()).toMatchObject({ state: 'cancelled' });
    });
    const watch = watching(execution.executionId);
    await eventually(() => watch.hasEnded);
    expect(watch.events).toEqual(['snapshot', 'ExecutionCancelled']);

    const again = watching(execution.executionId, { lastEventId: watch.frames.at(-1)?.id ?? '' });
    await eventually(() => {
      expect(again.status).toBe(204);
    });
  });

  it('is not there for an execution that is not', async () => {
    const response = await fetch(`${gateway.url}/api/executions/${anExecutionId()}/stream`);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'execution.not_found' });
  });

  it('goes on while the bus is away', async () => {
    const execution = await anExecution();
    const watch = watching(execution.executionId);
    await eventsOf(watch, 'snapshot');
    await gateway.server.stop();
    await execution.happen(execution.facts.queued);

    await eventsOf(watch, 'snapshot', 'PhaseQueued');
    await gateway.server.start();
  });
});
