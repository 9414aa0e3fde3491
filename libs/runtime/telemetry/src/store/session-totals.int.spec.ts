import { addUsage, NO_USAGE } from '@syntropic/kernel';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { SessionParser } from '../parser/session-parser';
import type { TelemetryEvent } from '../telemetry-event';
import { answer, result } from '../testing/claude-lines';
import { anEvent, anExecutionId } from '../testing/events';
import { isResult, recordingsFolder, recordingsIn } from '../testing/recordings';
import { PostgresTelemetryStore } from './postgres-telemetry-store';
import { TelemetryReader } from './telemetry-reader';

const database = useDatabase();

/** Parses recorded lines with the current time. */
function replay(lines: readonly { text: string; number: number }[], executionId: string) {
  const sessionId = randomUUID();
  const now = new Date().toISOString();
  const parser = new SessionParser({ sessionId, executionId, phaseId: 'plan', startedAt: now }, 'claude-stream-json');
  const events = lines.map(({ text, number }) => parser.line(text, number, now));
  return { sessionId, parser, events, end: () => parser.end('interrupted', now) };
}

async function store(...batches: readonly (readonly TelemetryEvent[])[]) {
  for (const events of batches) await new PostgresTelemetryStore(database.pool).insert([{ events }]);
}

it('has no cost while a model’s price is unknown', async () => {
  const answer = (id: string, model: string) =>
    JSON.stringify({ type: 'assistant', message: { id, model, content: [], usage: { input_tokens: 1_000 } } });
  const texts = [answer('m1', 'claude-haiku-4-5'), answer('m2', 'claude-next-9'), answer('m3', 'claude-haiku-4-5')];
  const { sessionId, parser, events } = replay(
    texts.map((text, index) => ({ text, number: index + 1 })),
    anExecutionId(),
  );
  await store(...events);

  const totals = await new TelemetryReader(database.pool).sessionTotals(sessionId);
  expect(totals?.usage).toEqual(parser.usage);
  expect(totals?.usage).toMatchObject({ costUsd: null, costComplete: false });
  expect(totals?.usage.byModel['claude-haiku-4-5']?.costUsd).toBe('0.002');
});

describe('totals of an agent that corrects its figures', () => {
  const call = (id: string, tokens: number) =>
    answer(id, { type: 'text' }, { used: { input_tokens: tokens, output_tokens: tokens } });
  const account = (id: string, cost: number) => result(cost, 'done', { session_id: id });
  const streams: readonly (readonly object[])[] = [
    [call('a', 1), call('b', 2), call('a', 500), call('a', 3)],
    [call('a', 1), account('s1', 0.5), call('b', 7), call('a', 9)],
    [call('a', 1), account('s1', 0.5), call('b', 7), account('s1', 0.9), account('s2', 0.25), account('s1', 0.1)],
    [call('a', 1e12), account('s1', 0.5), result(0.9, 'done', { modelUsage: { m: { inputTokens: 1e13 } } })],
  ];

  it.each(streams)('equal those of its parser, stored line by line, at once and twice: %#', async (...lines) => {
    const texts = lines.map((line, index) => ({ text: JSON.stringify(line), number: index + 1 }));
    for (const isAtOnce of [true, false]) {
      const { sessionId, parser, events, end } = replay(texts, anExecutionId());
      const batches = isAtOnce ? [events.flat()] : events;
      await store(...batches, end(), events.flat());

      const totals = await new TelemetryReader(database.pool).sessionTotals(sessionId);
      expect(totals?.usage).toEqual(parser.usage);
    }
  });

  it('stay at the largest sum, also when another sender counted beyond it', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const tokens = { output_tokens: 0, cache_creation_tokens: 0, cache_read_tokens: 0, cost_usd: '600000000' };
    const data = { leg: 1, model: 'm', input_tokens: most, ...tokens };
    const own = { sessionId: randomUUID(), executionId: anExecutionId(), type: 'token_usage', data };
    await store([anEvent(own)], [anEvent(own), anEvent(own)]);

    const totals = await new TelemetryReader(database.pool).sessionTotals(own.sessionId);
    expect(totals?.usage.byModel['m']).toMatchObject({ inputTokens: most, costUsd: '999999999' });
  });
});

it('of a session behind the model gateway are the calls that it has recorded, equal to those of its parser', async () => {
  const executionId = anExecutionId();
  const call = (model: string, cost: string | null, complete = true) => {
    const tokens = { input_tokens: 1, output_tokens: 2, cache_creation_tokens: 3, cache_creation_1h_tokens: 1 };
    const figures = { ...tokens, cache_read_tokens: 4, cost_usd: cost, complete, duration_ms: 5, held_ms: 0 };
    const context = { upstream: 'anthropic', operation: 'messages', model, status: 200, ...figures };
    return JSON.stringify({ event_type: 'model_call', context });
  };
  const streams = [
    [call('a', '0.5'), call('b', '0.25'), call('a', '0.5')],
    [call('a', '0.5'), call('a', '0.25', false)],
    [call('a', null), call('a', '0.25')],
  ];
  for (const records of streams) {
    const { sessionId, parser, events, end } = replay([], executionId);
    const now = new Date().toISOString();
    const agent = [answer('m1', { type: 'text' }), result(99)].map((line) => JSON.stringify(line));
    events.push(...agent.map((line, index) => parser.line(line, index + 1, now)));
    events.push(...records.map((line, index) => parser.line(line, index + 10, now, 'runner')));
    await store(...events, end(), events.flat());

    const totals = await new TelemetryReader(database.pool).sessionTotals(sessionId);
    expect(totals?.usage).toEqual(parser.usage);
    expect(totals?.usage.turns).toBe(2);
  }
  const { usage } = await new TelemetryReader(database.pool).executionTotals(executionId);
  expect(usage.byModel['b']).toMatchObject({ inputTokens: 1, cacheCreationTokens: 3, costUsd: '0.25' });
});

const folder = recordingsFolder();
if (folder === undefined) it.skip('recorded sessions are not beside this repository', () => undefined);
else
  describe('totals', () => {
    const reader = () => new TelemetryReader(database.pool);
    const recordings = recordingsIn(folder);

    it.each(recordings.map((recording) => [recording.task, recording] as const))(
      'of %s equal those of its parser, stored line by line and twice',
      async (_, { lines }) => {
        const { sessionId, parser, events } = replay(lines, anExecutionId());
        await store(...events, events.flat());

        await expect(reader().sessionTotals(sessionId)).resolves.toMatchObject({
          sessionId,
          events: parser.events,
          usage: parser.usage,
        });
      },
    );

    it('are estimates without an account', async () => {
      for (const { lines } of recordings) {
        const { sessionId, parser, events } = replay(
          lines.filter((line) => !isResult(line)),
          anExecutionId(),
        );
        await store(...events);

        const totals = await reader().sessionTotals(sessionId);
        expect(totals?.usage).toEqual(parser.usage);
        expect(totals?.usage.costComplete).toBe(false);
      }
    });

    it('include the end of each leg', async () => {
      const [first] = recordings;
      const { sessionId, parser, events, end } = replay(first?.lines.slice(0, -1) ?? [], anExecutionId());
      await store(...events, end());
      const now = new Date().toISOString();
      const resumed = first?.lines.slice(-1).flatMap(({ text }) => parser.line(text, 99, now));
      await store(resumed ?? []);

      const totals = await reader().sessionTotals(sessionId);
      expect(totals?.usage).toEqual(parser.usage);
      expect(totals?.usage.costComplete).toBe(true);
    });

    it('of an execution are the sums of its sessions', async () => {
      const executionId = anExecutionId();
      const sessions = recordings.map(({ lines }) => replay(lines, executionId));
      await store(...sessions.flatMap(({ events }) => events));

      const totals = await reader().executionTotals(executionId);
      expect(totals.usage).toEqual(sessions.map(({ parser }) => parser.usage).reduce(addUsage, NO_USAGE));
      expect(totals.sessions).toHaveLength(recordings.length);
    });
  });
