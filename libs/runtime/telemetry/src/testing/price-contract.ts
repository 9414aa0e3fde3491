import { addUsd } from '@syntropic/kernel';
import { PRICE_TABLE_VERSION } from '../price-table';
import { PostgresTelemetryStore } from '../store/postgres-telemetry-store';
import { repriceStore } from '../store/reprice';
import { RollUps } from '../store/roll-ups';
import { TelemetryReader } from '../store/telemetry-reader';
import { anEvent, anExecutionId } from './events';
import type { StoreUnderTest } from './store-contract';

const DAY = 86_400_000;

/** A change of the price table changes the cost of what is stored, in every layout. */
export function itReprices(use: () => StoreUnderTest): void {
  const call = (executionId: string, type: string, own: object) =>
    anEvent({
      executionId,
      sessionId: `priced-${executionId}`,
      type,
      time: new Date(Date.now() - 2 * DAY).toISOString(),
      data: {
        model: 'claude-haiku-4-5',
        input_tokens: 1_000_000,
        output_tokens: 0,
        cache_creation_tokens: 0,
        cache_read_tokens: 0,
        cost_usd: '0.25',
        price_table: 'an older one',
        complete: true,
        ...own,
      },
    });
  const costsOf = async (executionId: string) => {
    const { pool } = use();
    const { usage } = await new TelemetryReader(pool).executionTotals(executionId);
    const span = { from: new Date(Date.now() - 9 * DAY).toISOString(), to: new Date(Date.now() + DAY).toISOString() };
    const rollUps = new RollUps(pool);
    const units = (['minute', 'hour', 'day'] as const).map(async (unit) => {
      const rows = await rollUps.usage({ ...span, unit, by: [], executionIds: [executionId] });
      return addUsd(...rows.map(({ costUsd }) => costUsd));
    });
    return [usage.costUsd, ...(await Promise.all(units))];
  };

  describe('a change of prices', () => {
    it('reaches calls, totals and roll-ups, and is not made twice', async () => {
      const [recorded, estimated, accounted] = [anExecutionId(), anExecutionId(), anExecutionId()];
      const account = { model_usage: { m: { ...call('', '', {}).data, cost_usd: '0.5' } }, leg: 1 };
      await new PostgresTelemetryStore(use().collectors[0]).insert([
        {
          events: [
            call(recorded, 'model_call', {}),
            call(recorded, 'model_call', { web_search_requests: 2 }),
            call(recorded, 'model_call', { input_tokens: 0, cost_usd: '0', model: 'claude-next-9' }),
            call(estimated, 'token_usage', {}),
            call(estimated, 'token_usage', { price_table: PRICE_TABLE_VERSION }),
            call(accounted, 'session_summary', account),
          ],
        },
      ]);
      const { calls, changed } = await repriceStore(use().pool);
      const again = await repriceStore(use().pool);

      expect({ calls, changed, again }).toEqual({ calls: 4, changed: 3, again: { calls: 0, changed: 0 } });
      await expect(costsOf(recorded)).resolves.toEqual(Array(4).fill('2.02'));
      await expect(costsOf(estimated)).resolves.toEqual(Array(4).fill('1.25'));
      await expect(costsOf(accounted)).resolves.toEqual(Array(4).fill('0.5'));
    });
  });
}
