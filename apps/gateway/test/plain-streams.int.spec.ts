import { eventually } from '@syntropic/testing';
import { anExecutionId, factsOf } from './facts';
import { useGateway } from './use-gateway';
import { Watch } from './watch';

const gateway = useGateway();

const watches: Watch[] = [];
afterEach(() => {
  for (const watch of watches.splice(0)) watch.close();
});

function watching(path: string): Watch {
  const watch = new Watch(`${gateway.url}${path}`);
  watches.push(watch);
  return watch;
}

const told = (watch: Watch) => watch.frames.map(({ data }) => [data['type'], data['event_type']]);

describe('a stream of unnamed frames', () => {
  it('tells of its execution what its clients have words for, and ends with it, also when it is cancelled', async () => {
    const executionId = anExecutionId();
    const facts = factsOf(executionId);
    const stream = `execution-${executionId}`;
    await gateway.record(stream, [facts.started], executionId);
    const watch = watching(`/api/v1/sse/executions/${executionId}`);
    await eventually(() => {
      expect(told(watch)).toEqual([['connected', 'connected']]);
    });
    await gateway.record(stream, [facts.queued, facts.phaseStarted, facts.cancelled], executionId);

    await eventually(() => watch.hasEnded);
    expect(told(watch).slice(1)).toEqual([
      ['event', 'PhaseStarted'],
      ['terminal', 'ExecutionCancelled'],
    ]);
    expect(watch.frames.every(({ id, event }) => id === '' && event === '')).toBe(true);
  });

  it('tells of all executions what began and ended, and never ends', async () => {
    const watch = watching('/api/sse/activity');
    await eventually(() => {
      expect(told(watch)).toEqual([['connected', 'connected']]);
    });
    const executionId = anExecutionId();
    const facts = factsOf(executionId);
    // The feed begins a moment after its greeting: what is told shows that it has.
    await eventually(async () => {
      const id = anExecutionId();
      await gateway.record(`execution-${id}`, [factsOf(id).started], id);
      expect(told(watch).length).toBeGreaterThan(1);
    });
    await gateway.record(`execution-${executionId}`, [facts.started, facts.queued, facts.completed], executionId);

    await eventually(() => {
      expect(told(watch).at(-1)).toEqual(['event', 'WorkflowCompleted']);
    });
    const health = await fetch(`${gateway.url}/api/sse/health`);
    expect(await health.json()).toEqual({ status: 'healthy', active_executions: 0, active_connections: 1 });
    expect(watch.hasEnded).toBe(false);
  });
});
