import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { anExecutionOf } from './live-execution';
import { useGateway } from './use-gateway';
import { Watch } from './watch';

const gateway = useGateway();

const watches: Watch[] = [];
afterEach(async () => {
  for (const watch of watches.splice(0)) watch.close();
  await eventually(async () => {
    expect(await connections()).toBe(0);
  });
});

function watching(executionId: string, lastEventId?: string): Watch {
  const watch = new Watch(`${gateway.url}/api/executions/${executionId}/stream`, lastEventId);
  watches.push(watch);
  return watch;
}

const connections = async () => {
  const response = await fetch(`${gateway.url}/api/sse/health`);
  return ((await response.json()) as { active_connections: number }).active_connections;
};

async function stateOf(executionId: string): Promise<string> {
  const response = await fetch(`${gateway.url}/api/executions/${executionId}/state`);
  return ((await response.json()) as { state: string }).state;
}

describe('a watcher', () => {
  it('that comes when the end is known but not in the feed yet sees it when it is', async () => {
    const execution = await anExecutionOf(gateway);
    const { executionId, facts } = execution;
    await execution.happen(facts.cancelled);
    await eventually(async () => {
      expect(await stateOf(executionId)).toBe('cancelled');
    });
    const { rows } = await gateway.database.pool.query<{ row: object }>(
      `with late as (delete from read.execution_feed_v1 where execution_id = $1 and type = 'ExecutionCancelled' returning *)
       select to_jsonb(late) as row from late`,
      [executionId],
    );
    expect(rows).toHaveLength(1);
    const watch = watching(executionId);
    await eventually(() => {
      expect(watch.events).toEqual(['snapshot']);
    });
    await gateway.database.pool.query(
      'insert into read.execution_feed_v1 select * from jsonb_populate_record(null::read.execution_feed_v1, $1)',
      [rows[0]?.row],
    );

    await eventually(() => watch.hasEnded);
    expect(watch.events).toEqual(['snapshot', 'ExecutionCancelled']);
  });

  it('that reads is not cut off, however much it has missed', async () => {
    const execution = await anExecutionOf(gateway);
    const { executionId, facts } = execution;
    const first = watching(executionId);
    await eventually(() => {
      expect(first.events).toEqual(['snapshot']);
    });
    first.close();
    const text = 'x'.repeat(60_000);
    const events = Array.from({ length: 400 }, () => ({
      id: randomUUID(),
      type: 'agent_output',
      time: new Date().toISOString(),
      sessionId: facts.sessionId,
      executionId,
      phaseId: 'plan',
      data: { text },
    }));
    await gateway.observe(...events);
    await execution.happen(facts.cancelled);
    await eventually(async () => {
      expect(await stateOf(executionId)).toBe('cancelled');
    });

    const again = watching(executionId, first.frames[0]?.id);
    await eventually(() => again.hasEnded || again.isBroken);
    expect(again.isBroken).toBe(false);
    expect(again.events).toHaveLength(401);
    expect(again.events.at(-1)).toBe('ExecutionCancelled');
  });

  it('that goes while its execution is looked up leaves nothing behind', async () => {
    const { executionId } = await anExecutionOf(gateway);
    watching(executionId);
    await eventually(async () => {
      expect(await connections()).toBe(1);
    });
    const client = await gateway.database.pool.connect();
    await client.query('begin');
    await client.query('lock table read.execution_feed_v1 in access exclusive mode');
    const gone = [watching(executionId), watching(executionId)];
    const waiting = async () => {
      const { rows } = await gateway.database.pool.query(`select from pg_locks where not granted`);
      expect(rows.length).toBeGreaterThanOrEqual(gone.length);
    };
    await eventually(waiting);
    for (const one of gone) one.close();
    await client.query('rollback');
    client.release();

    // Whoever comes after them is served after them.
    const next = watching(executionId);
    await eventually(() => {
      expect(next.events).toEqual(['snapshot']);
    });
    await eventually(async () => {
      expect(await connections()).toBe(2);
    });
  });
});
