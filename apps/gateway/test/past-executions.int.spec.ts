import { event } from '@syntropic/kernel/testing';
import { MessageId, workflowExecution } from '@syntropic/orchestration/contracts';
import { randomUUID } from 'node:crypto';
import type { Json } from './call';
import { anExecutionId, factsOf } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const { MessageDelivered, MessageRequested } = workflowExecution.events;

const read = async (path: string, minPosition?: string) => gateway.call('GET', path, { minPosition });

/** An execution with the position of each of its events, and its answers as they were right after it. */
async function recordedExecution() {
  const executionId = anExecutionId();
  const ids = { executionId, workflowId: 'a-workflow' };
  const [first, second] = [factsOf(executionId), factsOf(executionId, ids.workflowId, randomUUID(), 2)];
  const message = {
    ...ids,
    messageId: MessageId.parse(randomUUID()),
    role: 'user' as const,
    message: 'Mind the gap.',
    phaseIds: ['plan'],
  };
  const delivered = { ...ids, phaseId: 'plan', sessionId: first.sessionId, attempt: 1, leg: 1 };
  const events = [
    ...[first.started, first.queued, first.phaseStarted],
    event(MessageRequested, message),
    event(MessageDelivered, { ...delivered, messageId: message.messageId }),
    ...[first.interrupted, second.retried, second.queued, second.phaseStarted, second.phaseCompleted, second.completed],
  ];
  const then: { position: string; detail: Json; state: Json }[] = [];
  for (const one of events) {
    const { minPosition } = await gateway.record(`execution-${executionId}`, [one], executionId);
    const [detail, state] = await Promise.all(
      ['', '/state'].map(async (path) => (await read(`/api/executions/${executionId}${path}`, minPosition)).body),
    );
    then.push({ position: minPosition, detail: detail ?? {}, state: state ?? {} });
  }
  return { executionId, then };
}

type Timed = Json & { duration_seconds?: number };

/** Costs of sessions at work are known for the present alone, and what lasts has lasted longer since. */
const comparable = ({ cost_complete: _, total_duration_seconds: __, phases, ...detail }: Json) => ({
  ...detail,
  phases: (phases as Timed[]).map(({ duration_seconds: ___, ...phase }) => phase),
});

describe('an execution at a moment of its past', () => {
  it('is answered as it was then, at each position and at its time', async () => {
    const { executionId, then } = await recordedExecution();

    for (const { position, detail, state } of then) {
      const [, number = ''] = position.split('.');
      for (const at of [position, number]) {
        const past = (await read(`/api/executions/${executionId}?at=${at}`)).body;
        expect(past).toMatchObject({ as_of: { position } });
        expect(comparable(past)).toEqual({ ...comparable(detail), as_of: past['as_of'] });
        expect(past['total_duration_seconds']).toBeLessThanOrEqual(Number(detail['total_duration_seconds']));
        const { recorded_at: time } = past['as_of'] as { recorded_at: string };
        expect((await read(`/api/executions/${executionId}/state?at=${time}`)).body).toMatchObject(state);
      }
    }
    expect(new Set(then.map(({ detail }) => detail['status']))).toEqual(
      new Set(['running', 'interrupted', 'completed']),
    );
  });

  it('has the operations of then', async () => {
    const executionId = anExecutionId();
    const facts = factsOf(executionId);
    const { minPosition } = await gateway.record(
      `execution-${executionId}`,
      [facts.started, facts.queued, facts.phaseStarted],
      executionId,
    );
    const tool = (tool_use_id: string, time: Date) => ({
      ...{ id: randomUUID(), type: 'tool_execution_started', time: time.toISOString(), sessionId: facts.sessionId },
      ...{ executionId, phaseId: 'plan', data: { leg: 1, tool_name: 'Bash', tool_use_id } },
    });
    const [before, after] = [new Date(Date.now() + 60_000), new Date(Date.now() + 120_000)];
    await gateway.observe(tool('before', before), tool('after', after));

    const operationsAt = async (at: string) => {
      const { body } = await read(`/api/executions/${executionId}?at=${at}`, minPosition);
      const [phase] = body['phases'] as [{ operations: { tool_use_id: string }[] }];
      return phase.operations.map(({ tool_use_id }) => tool_use_id);
    };
    expect(await operationsAt(before.toISOString())).toEqual(['before']);
    expect(await operationsAt(after.toISOString())).toEqual(['before', 'after']);
  });

  it('is refused before its start, beyond the log, in another log, and for what is no moment', async () => {
    const { executionId, then } = await recordedExecution();
    const [epoch = '', started = ''] = then[0]?.position.split('.') ?? [];
    const refused = async (at: string) => {
      const { status, body } = await read(`/api/executions/${executionId}?at=${at}`);
      return [status, body['code'], body['field']];
    };

    expect(await refused(`${Number(started) - 1}`)).toEqual([404, 'execution.not_started', 'at']);
    expect(await refused('2020-01-01T00:00:00Z')).toEqual([404, 'execution.not_started', 'at']);
    expect(await refused('999999999999999')).toEqual([422, 'position.ahead', 'at']);
    expect(await refused(`${epoch}.999999999999999`)).toEqual([422, 'position.ahead', 'at']);
    expect(await refused(`${randomUUID()}.1`)).toEqual([409, 'position.other_epoch', undefined]);
    for (const at of ['yesterday', '-1', '1e3', '2026-01-01', '', '2026-13-01T00:00:00Z']) {
      expect(await refused(at)).toEqual([422, 'request.invalid', 'at']);
    }
  });
});
