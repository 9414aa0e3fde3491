import { BudgetReader } from '@syntropic/budgets';
import type { Event } from '@syntropic/kernel';
import { executionFeedProjection } from '@syntropic/orchestration/read-model';
import { TelemetryReader } from '@syntropic/telemetry';
import { eventually } from '@syntropic/testing';
import { LiveTables } from '../src/live/live-tables';
import { useEventStreams, type ReceivedFrame } from './event-stream-client';
import { anExecutionId, factsOf, phase } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const open = useEventStreams();

const MIB = 1024 * 1024;
const MAX_BYTES = 4 * MIB;
const LONG = 'x'.repeat(1_900_000);

const bytesOf = ({ id, event, data }: ReceivedFrame): number =>
  Buffer.byteLength(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

/** Receives a stream from its beginning, or from an id, to its end. */
async function received(executionId: string, lastEventId?: string): Promise<readonly ReceivedFrame[]> {
  const stream = open(`${gateway.url}/api/executions/${executionId}/stream`, lastEventId);
  await eventually(() => stream.hasEnded || stream.isBroken, { within: 60_000 });
  expect({ status: stream.status, isBroken: stream.isBroken }).toEqual({ status: 200, isBroken: false });
  return stream.frames;
}

/** An execution with the largest events that the log takes, which has failed. */
async function anEnormousExecution() {
  const executionId = anExecutionId();
  const phases = Array.from({ length: 5 }, (_, index) => phase(`phase-${index}`, index + 1));
  const { started, phaseCompleted, completed } = factsOf(executionId);
  const failures = phases.map(({ phaseId }): Event => ({
    type: 'PhaseFailed',
    data: { ...phaseCompleted.data, phaseId, model: LONG, error: 'no', errorType: 'agent_failed' },
  }));
  const end = { phaseId: 'phase-1', error: LONG, errorType: 'agent_failed' };
  const events: readonly Event[] = [
    { ...started, data: { ...started.data, phases, inputs: { topic: LONG } } },
    ...failures,
    { type: 'ExecutionFailed', data: { ...completed.data, ...end } },
  ];
  let recorded = { position: 0, minPosition: '' };
  for (const one of events) recorded = await gateway.record(`execution-${executionId}`, [one], executionId);
  return { executionId, ...recorded };
}

describe('a stream of an execution with the largest events', () => {
  it('has a first frame of at most 4 MiB, with the beginnings of long texts, and goes on', async () => {
    const { executionId, minPosition } = await anEnormousExecution();
    const path = `${gateway.url}/api/executions/${executionId}`;
    const detail = await eventually(
      async () => {
        const response = await fetch(path, { headers: { 'x-min-position': minPosition } });
        return response.status === 200 && (await response.text());
      },
      { within: 60_000 },
    );
    const frames = await received(executionId);

    expect(frames.map(({ event }) => event)).toEqual(['snapshot', 'ExecutionFailed']);
    for (const frame of frames) expect(bytesOf(frame)).toBeLessThanOrEqual(MAX_BYTES);
    expect(frames[0]?.data).toMatchObject({
      workflow_execution_id: executionId,
      error_message: expect.stringMatching(/^x+…$/) as string,
      phases: Array.from({ length: 5 }, (_, index) => ({ phase_id: `phase-${index}`, status: 'failed' })),
    });
    expect(Buffer.byteLength(detail)).toBeLessThanOrEqual(MAX_BYTES);
    expect(JSON.parse(detail)).toMatchObject({ workflow_execution_id: executionId });
  });

  it('has later frames of at most 4 MiB, also of events that an older build has recorded', async () => {
    const { executionId, position, minPosition } = await anEnormousExecution();
    const [epoch = ''] = minPosition.split('.');
    await eventually(async () => (await received(executionId)).length === 2, { within: 60_000 });
    const { pool } = gateway.database;
    await pool.query(
      `update ${executionFeedProjection.table} set data = data || jsonb_build_object('error', repeat('é', $2))
       where execution_id = $1 and type = 'PhaseFailed'`,
      [executionId, 4 * MIB],
    );
    const frames = await received(executionId, `${epoch}.${position - 7}-0`);

    expect(frames.map(({ event }) => event)).toEqual([
      'ExecutionStarted',
      ...Array.from({ length: 5 }, () => 'PhaseFailed'),
      'ExecutionFailed',
    ]);
    for (const frame of frames) expect(bytesOf(frame)).toBeLessThanOrEqual(MAX_BYTES);
    // Events that have more than 4 MiB together are read one after the other.
    const tables = new LiveTables(pool, new TelemetryReader(pool), new BudgetReader(pool));
    expect(await tables.domainAfter(executionId, position - 7)).toHaveLength(1);
    expect(frames[1]?.data).toMatchObject({
      phase_id: 'phase-0',
      error_type: 'agent_failed',
      error: expect.stringMatching(/^é+…$/) as string,
    });
  });
});
