import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { useEventStreams } from './event-stream-client';
import { anExecutionOf } from './live-execution';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const openStream = useEventStreams();
// Registered after the hook that closes the streams, so that it runs after it.
afterEach(() =>
  eventually(async () => {
    expect(await connections()).toBe(0);
  }),
);
const connect = (executionId: string, lastEventId?: string) =>
  openStream(`${gateway.url}/api/executions/${executionId}/stream`, lastEventId);

const connections = async () => {
  const response = await fetch(`${gateway.url}/api/sse/health`);
  return ((await response.json()) as { active_connections: number }).active_connections;
};

async function stateOf(executionId: string): Promise<string> {
  const response = await fetch(`${gateway.url}/api/executions/${executionId}/state`);
  return ((await response.json()) as { state: string }).state;
}

describe('a client', () => {
  it('that connects after the end, but before the feed has it, receives it from the feed', async () => {
    const execution = await anExecutionOf(gateway);
    const { executionId, facts } = execution;
    await execution.record(facts.cancelled);
    await eventually(async () => {
      expect(await stateOf(executionId)).toBe('cancelled');
    });
    // The feed may follow the state by a moment.
    const late = await eventually(async () => {
      const { rows } = await gateway.database.pool.query<{ row: object }>(
        `with late as (delete from read.execution_feed_v1 where execution_id = $1 and type = 'ExecutionCancelled' returning *)
         select to_jsonb(late) as row from late`,
        [executionId],
      );
      return rows[0]?.row ?? false;
    });
    const client = connect(executionId);
    await eventually(() => {
      expect(client.events).toEqual(['snapshot']);
    });
    await gateway.database.pool.query(
      'insert into read.execution_feed_v1 select * from jsonb_populate_record(null::read.execution_feed_v1, $1)',
      [late],
    );

    await eventually(() => client.hasEnded);
    expect(client.events).toEqual(['snapshot', 'ExecutionCancelled']);
  });

  it('that reads is not cut, however much it has missed', async () => {
    const execution = await anExecutionOf(gateway);
    const { executionId, facts } = execution;
    const first = connect(executionId);
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
    await execution.record(facts.cancelled);
    await eventually(async () => {
      expect(await stateOf(executionId)).toBe('cancelled');
    });

    const again = connect(executionId, first.frames[0]?.id);
    await eventually(() => again.hasEnded || again.isBroken);
    expect(again.isBroken).toBe(false);
    expect(again.events).toHaveLength(401);
    expect(again.events.at(-1)).toBe('ExecutionCancelled');
  });

  it('that leaves while its execution is looked up leaves no open connection', async () => {
    const { executionId } = await anExecutionOf(gateway);
    connect(executionId);
    await eventually(async () => {
      expect(await connections()).toBe(1);
    });
    const locking = await gateway.database.pool.connect();
    await locking.query('begin');
    await locking.query('lock table read.execution_feed_v1 in access exclusive mode');
    const left = [connect(executionId), connect(executionId)];
    const waiting = async () => {
      const { rows } = await gateway.database.pool.query(`select from pg_locks where not granted`);
      expect(rows.length).toBeGreaterThanOrEqual(left.length);
    };
    await eventually(waiting);
    for (const one of left) one.close();
    await locking.query('rollback');
    locking.release();

    // Later clients are served after them.
    const next = connect(executionId);
    await eventually(() => {
      expect(next.events).toEqual(['snapshot']);
    });
    await eventually(async () => {
      expect(await connections()).toBe(2);
    });
  });
});
