import { addUsd } from '@syntropic/kernel';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { PostgresTelemetryStore } from '../store/postgres-telemetry-store';
import { RollUps } from '../store/roll-ups';
import { TelemetryReader } from '../store/telemetry-reader';
import type { TelemetryEvent } from '../telemetry-event';
import { anEvent, anExecutionId } from './events';
import { describeStore, type StoreUnderTest } from './store-contract';

const DAY = 86_400_000;

type Layout = Readonly<{
  use: () => StoreUnderTest;
  /** Does what the database does in the background. */
  refresh: () => Promise<void>;
}>;

const tokens = (count: number, cost: string | null = '0.001') => ({
  input_tokens: count,
  output_tokens: 1,
  cache_creation_tokens: 2,
  cache_read_tokens: 3,
  cost_usd: cost,
});
const atDay = (ago: number) => new Date(Date.now() - ago * DAY).toISOString();
const ever = { from: atDay(30), to: atDay(-1) };

/** Sums by minute, hour and day are right in every layout. */
export const itKeepsRollUps = describeStore(({ use, refresh }: Layout) => {
  let store: PostgresTelemetryStore;
  let rollUps: RollUps;

  beforeAll(() => {
    store = new PostgresTelemetryStore(use().collectors[0]);
    rollUps = new RollUps(use().pool);
  });

  const sumOf = async (executionId: string, unit: 'minute' | 'hour' | 'day') => {
    const rows = await rollUps.usage({ ...ever, unit, by: ['execution'], executionIds: [executionId] });
    return {
      inputTokens: rows.reduce((sum, row) => sum + row.inputTokens, 0),
      costUsd: rows.map((row) => row.costUsd).reduce((sum, cost) => addUsd(sum, cost), '0'),
    };
  };

  describe('roll-ups', () => {
    it('count late events and events out of order at their own time', async () => {
      const executionId = anExecutionId();
      const call = (ago: number, count: number) =>
        anEvent({
          executionId,
          sessionId: `late-${executionId}`,
          type: 'token_usage',
          time: atDay(ago),
          data: { model: 'm', ...tokens(count) },
        });
      await store.insert([{ events: [call(2, 10), call(0, 1)] }]);
      await refresh();
      await store.insert([{ events: [call(6, 100), call(2, 1_000), call(4, 10_000)] }]);
      await refresh();

      for (const unit of ['minute', 'hour', 'day'] as const) {
        const rows = await rollUps.usage({ ...ever, unit, by: ['time'], executionIds: [executionId] });
        const used = rows.map(({ bucket, inputTokens }) => [bucket?.slice(0, 10), inputTokens]);
        expect(used).toEqual([
          [atDay(6).slice(0, 10), 100],
          [atDay(4).slice(0, 10), 10_000],
          [atDay(2).slice(0, 10), 1_010],
          [atDay(0).slice(0, 10), 1],
        ]);
      }
    });

    it('say the same as the totals of sessions, in whatever order accounts and estimates arrive', async () => {
      const reader = new TelemetryReader(use().pool);
      const facts = fc.shuffledSubarray(
        Array.from({ length: 9 }, (_, number) => number),
        { minLength: 9 },
      );
      await fc.assert(
        fc.asyncProperty(
          facts,
          fc.boolean(),
          fc.array(fc.integer({ min: 1, max: 4 })),
          async (order, hasGateway, sizes) => {
            const executionId = anExecutionId();
            const all = factsOf(executionId, hasGateway);
            const events = order.flatMap((number) => all[number] ?? []);
            for (const size of [...sizes, events.length]) await store.insert([{ events: events.splice(0, size) }]);
            await refresh();

            const { usage } = await reader.executionTotals(executionId);
            const inputTokens = Object.values(usage.byModel).reduce((sum, model) => sum + model.inputTokens, 0);
            for (const unit of ['minute', 'hour', 'day'] as const) {
              await expect(sumOf(executionId, unit)).resolves.toEqual({ inputTokens, costUsd: usage.costUsd });
            }
          },
        ),
        { numRuns: 12 },
      );
    });

    it('tell models without a price apart', async () => {
      const executionId = anExecutionId();
      const call = (cost: string | null) =>
        anEvent({
          executionId,
          sessionId: randomUUID(),
          type: 'token_usage',
          data: { model: 'm', ...tokens(5, cost) },
        });
      await store.insert([{ events: [call('0.5'), call(null)] }]);
      await refresh();

      const rows = await rollUps.usage({ ...ever, unit: 'day', by: ['model'], executionIds: [executionId] });
      expect(rows).toMatchObject([{ model: 'm', inputTokens: 10, costUsd: '0.5', unpriced: 1 }]);
    });

    it('add up the tools of all executions as those of each, late events included', async () => {
      const tool = `Tool-${anExecutionId()}`;
      const executions = [anExecutionId(), anExecutionId(), anExecutionId()];
      const calls = (ago: number) =>
        executions.flatMap((executionId, index) =>
          ['tool_execution_started', 'tool_execution_completed'].map((type) =>
            anEvent({
              ...{ executionId, sessionId: `sums-${executionId}`, type, time: atDay(ago) },
              data: { tool_name: tool, tool_use_id: `${ago}`, success: index > 0, duration_ms: 10 ** index },
            }),
          ),
        );
      for (const ago of [1, 5, 0, 3, 1]) {
        await store.insert([{ events: calls(ago) }]);
        await refresh();
      }

      for (const unit of ['minute', 'hour', 'day'] as const) {
        const [each] = await rollUps.tools({ ...ever, unit, executionIds: executions });
        expect(each).toMatchObject({ tool, started: 15, succeeded: 10, failed: 5, durationMs: 1110 });
        const all = await rollUps.tools({ ...ever, unit });
        expect(all.filter((figures) => figures.tool === tool)).toEqual([each]);
      }
    });

    it('have the calls of tools, with percentiles of their durations', async () => {
      const executionId = anExecutionId();
      const sessionId = `tools-${executionId}`;
      const tool = (type: string, data: Record<string, unknown>, ago: number) =>
        anEvent({
          executionId,
          sessionId,
          type,
          time: atDay(ago),
          data: { tool_name: 'Bash', tool_use_id: 'x', ...data },
        });
      const ended = (duration_ms: number, index: number) =>
        tool('tool_execution_completed', { success: index % 10 !== 0, duration_ms }, index % 5);
      const events = [
        ...Array.from({ length: 100 }, (_, index) => tool('tool_execution_started', {}, index % 3)),
        ...Array.from({ length: 100 }, (_, index) => ended(10 * (index + 1), index)),
        tool('tool_blocked', {}, 0),
      ];
      await store.insert([{ events: events.toReversed() }]);
      await refresh();

      const [figures, ...others] = await rollUps.tools({ ...ever, unit: 'hour', executionIds: [executionId] });
      expect(others).toEqual([]);
      expect(figures).toMatchObject({ tool: 'Bash', started: 100, succeeded: 90, failed: 10, blocked: 1 });
      expect(figures?.durationMs).toBe(50_500);
      // Classes of durations are a fifth wide.
      for (const [percentile, exact] of [
        [figures?.p50Ms, 500],
        [figures?.p95Ms, 950],
        [figures?.p99Ms, 990],
      ] as const) {
        expect(Math.abs((percentile ?? 0) / exact - 1)).toBeLessThan(0.1);
      }
    });
  });
});

/** A session of two legs with estimates, accounts, and perhaps calls that the gateway has recorded. */
function factsOf(executionId: string, hasGateway: boolean): readonly TelemetryEvent[] {
  const sessionId = `totals-${executionId}`;
  const fact = (type: string, ago: number, data: Record<string, unknown>) =>
    anEvent({ executionId, sessionId, type, time: atDay(ago), data });
  const estimate = (leg: number, results_before: number, count: number) =>
    fact('token_usage', 3, { leg, results_before, model: 'm', ...tokens(count) });
  const account = (leg: number, result_number: number, count: number) =>
    fact('session_summary', 2, { leg, result_number, model_usage: { m: tokens(count), n: tokens(1) } });
  const call = (count: number) => fact('model_call', 1, { model: 'm', complete: true, ...tokens(count, '0.7') });
  return [
    estimate(1, 0, 10),
    estimate(1, 0, 20),
    account(1, 1, 50),
    estimate(1, 1, 100),
    estimate(2, 0, 200),
    account(2, 1, 500),
    estimate(2, 1, 1_000),
    ...(hasGateway ? [call(10_000), call(20_000)] : [estimate(2, 1, 2_000)]),
  ];
}
