import { SessionParser } from '@syntropic/telemetry';
import fc from 'fast-check';
import { collected, useIngestion } from '../testing/ingest.fixture';

const { send, sendEvents, rows, ownSession, collectors } = useIngestion();

type Session = Awaited<ReturnType<typeof ownSession>>;

/** One tool call, as each source tells of it. */
const SOURCES: Readonly<Record<string, (session: Session) => Promise<unknown>>> = {
  'output of the agent': async ({ sessionId, executionId }) => {
    const time = new Date().toISOString();
    const session = { sessionId, executionId, phaseId: 'plan', startedAt: time };
    const parser = new SessionParser(session, 'claude-stream-json');
    const lines = [
      {
        type: 'assistant',
        message: {
          id: 'm',
          model: 'claude-haiku-4-5',
          content: [{ type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} }],
        },
      },
      { type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'done' }] } },
    ];
    const events = lines.flatMap((line, index) => parser.line(JSON.stringify(line), index + 1, time));
    const lease = { sessionId, token: 1 };
    await collectors.send({ sessionId, executionId, lease, firstLine: 1, lastLine: 2, events });
  },
  hooks: async ({ sessionId: session_id }) => {
    const tool = { session_id, tool_name: 'Bash', tool_use_id: 'toolu_1' };
    for (const hook_event_name of ['PreToolUse', 'PostToolUse']) {
      await send('/hooks', { body: JSON.stringify({ ...tool, hook_event_name }) });
    }
  },
  OTLP: async ({ sessionId }) => {
    const told = { 'session.id': sessionId, tool_name: 'Bash', tool_use_id: 'toolu_1', success: 'true' };
    const attributes = Object.entries(told).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    const record = {
      timeUnixNano: `${Date.now()}000000`,
      body: { stringValue: 'claude_code.tool_result' },
      attributes,
    };
    await send('/v1/logs', { body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }) });
  },
  events: ({ sessionId }) =>
    sendEvents([
      collected(sessionId, {
        event_type: 'tool_execution_started',
        data: { tool_name: 'Bash', tool_use_id: 'toolu_1' },
      }),
      collected(sessionId, {
        event_type: 'tool_execution_completed',
        data: { tool_name: 'Bash', tool_use_id: 'toolu_1', success: true },
      }),
    ]),
};

const Order = fc.shuffledSubarray(Object.keys(SOURCES), { minLength: Object.keys(SOURCES).length });

describe('one tool call that is told by several sources', () => {
  it(
    'is one start and one end, in any order and at the same time',
    () =>
      fc.assert(
        fc.asyncProperty(Order, fc.boolean(), async (order, isAtOnce) => {
          const session = await ownSession();
          const told = order.map((source) => async () => SOURCES[source]?.(session));
          if (isAtOnce) await Promise.all(told.map((tell) => tell()));
          else for (const tell of told) await tell();

          const stored = (await rows(session.sessionId)).filter(({ type }) => type.startsWith('tool_'));
          expect(stored.map(({ type }) => type).sort()).toEqual(['tool_execution_completed', 'tool_execution_started']);
          expect(stored.every(({ execution_id }) => execution_id === session.executionId)).toBe(true);
          const { rows: totals } = await collectors.database.pool.query<{ tool_calls: number }>(
            'select tool_calls from telemetry.session_totals where session_id = $1',
            [session.sessionId],
          );
          expect(totals.map(({ tool_calls }) => tool_calls)).toEqual([1]);
        }),
        { numRuns: 24 },
      ),
    120_000,
  );
});
