import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { SessionParser } from '../parser/session-parser';
import { answer, HAIKU, tool, toolResult } from '../testing/claude-lines';
import { PostgresTelemetryStore } from './postgres-telemetry-store';
import { TelemetryReader } from './telemetry-reader';

const database = useDatabase();

const call = (messageId: string, cost: string | null, complete = true) => ({
  event_type: 'model_call',
  context: {
    ...{ upstream: 'anthropic', operation: 'messages', model: HAIKU, status: 200, message_id: messageId },
    ...{ input_tokens: 100, output_tokens: 10, cache_creation_tokens: 1, cache_creation_1h_tokens: 0 },
    ...{ cache_read_tokens: 5, cost_usd: cost, complete, duration_ms: 1, held_ms: 0 },
  },
});

/** Stores what these lines of a session tell; records of the runner are among them. Returns the operations by type. */
async function stored(lines: readonly object[]) {
  const sessionId = randomUUID();
  // Old events are set apart.
  const now = new Date().toISOString();
  const executionId = `exec-${sessionId.slice(-12)}`;
  const session = { sessionId, executionId, phaseId: 'plan', startedAt: now };
  const parser = new SessionParser(session, 'claude-stream-json');
  const events = lines.flatMap((line, index) =>
    parser.line(JSON.stringify(line), index + 1, now, 'event_type' in line ? 'runner' : 'stdout'),
  );
  await new PostgresTelemetryStore(database.pool).insert([{ events }]);
  const reader = new TelemetryReader(database.pool);
  const idsOf = (type: string) => events.filter((event) => event.type === type).map(({ id }) => id);
  const pointAt = (id = '') => reader.yieldPoint(sessionId, id);
  return { idsOf, pointAt };
}

describe('the yield points of a session', () => {
  const entry = (uuid: string, line: object) => ({ ...line, uuid });
  const lines = [
    call('m1', '0.01'),
    entry('e1', answer('m1', { type: 'text', text: 'I begin.' })),
    entry('e2', answer('m1', tool('t1'))),
    entry('e3', answer('m1', tool('t2'))),
    entry('e4', toolResult('t1')),
    entry('e5', toolResult('t2')),
    // An answer's words may come before its call is recorded.
    entry('e6', answer('m2', { type: 'text', text: 'Done.' })),
    call('m2', '0.02'),
    call('m3', '0.04'),
  ];
  const one = { inputTokens: 100, outputTokens: 10, cacheCreationTokens: 1, cacheReadTokens: 5 };

  it('are words of its agent and ends of tools, with the use until then', async () => {
    const { idsOf, pointAt } = await stored(lines);
    const [begins, done] = idsOf('message_response');
    const [, last] = idsOf('tool_execution_completed');

    const used = { ...one, costUsd: '0.01', costComplete: true };
    await expect(pointAt(begins)).resolves.toEqual({ entryId: 'e1', used });
    await expect(pointAt(last)).resolves.toEqual({ entryId: 'e5', used });
    const both = { inputTokens: 200, outputTokens: 20, cacheCreationTokens: 2, cacheReadTokens: 10 };
    await expect(pointAt(done)).resolves.toEqual({
      entryId: 'e6',
      used: { ...both, costUsd: '0.03', costComplete: true },
    });
  });

  it('are none while a tool runs, at other operations, and at those of other sessions', async () => {
    const { idsOf, pointAt } = await stored(lines);
    const [first] = idsOf('tool_execution_completed');
    const [started] = idsOf('tool_execution_started');
    await expect(pointAt(first)).resolves.toBe('tool_runs');
    await expect(pointAt(started)).resolves.toBe('no_entry');
    const other = await stored(lines);
    await expect(pointAt(other.idsOf('message_response')[0])).resolves.toBe('unknown');
  });

  it('have an incomplete cost where a call has one, or no price', async () => {
    const said = entry('e1', answer('m1', { type: 'text', text: 'Hm.' }));
    const broken = await stored([call('m1', '0.01', false), said]);
    await expect(broken.pointAt(broken.idsOf('message_response')[0])).resolves.toMatchObject({
      used: { costUsd: '0.01', costComplete: false },
    });
    const unpriced = await stored([call('m1', null), said]);
    await expect(unpriced.pointAt(unpriced.idsOf('message_response')[0])).resolves.toMatchObject({
      used: { costUsd: null, costComplete: false },
    });
  });

  it('are none in the conversations of sub-agents', async () => {
    const { idsOf, pointAt } = await stored([
      entry('e1', answer('m1', tool('t1', 'Agent', { subagent_type: 'explorer' }))),
      entry('e2', answer('m2', { type: 'text', text: 'Inside.' }, { parent: 't1' })),
    ]);
    await expect(pointAt(idsOf('message_response')[0])).resolves.toBe('no_entry');
  });
});
