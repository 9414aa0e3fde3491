import { usePlatform } from '@syntropic/e2e';
import { eventually, usePostgres } from '@syntropic/testing';
import { ClientObserver } from './client-observer';
import { expectDenseLog, expectNothingLostOrDuplicated, storedExecution } from './consistency-checks';
import { outage } from './outage';
import { useStore } from './store';
import { completeWithRetries, TOOL_CALLS, toolCalls, twoPhaseWorkflow } from './two-phase-workflow';

const postgres = usePostgres();
const platform = usePlatform({ environment: () => ({ DATABASE_URL: postgres.url }) });
const store = useStore(platform);

const OUTAGES: readonly (readonly [string, () => Promise<void>, () => Promise<void>])[] = [
  ['is dead', () => postgres.kill(), () => postgres.start()],
  ['accepts connections and does not answer', () => postgres.freeze(), () => postgres.thaw()],
];

describe('Postgres away for longer than a lease, under running executions', () => {
  beforeAll(() => platform.createWorkflow(twoPhaseWorkflow('uninterrupted', 300)));

  it.each(OUTAGES)('when it %s: the API says so, and all of them continue and complete', async (_, begin, end) => {
    const ids = [await platform.execute('uninterrupted'), await platform.execute('uninterrupted')];
    const watched = ids.map((id) => ({ id, client: new ClientObserver(platform, id) }));
    for (const { client } of watched) await client.waitFor('tool_execution_completed');

    await begin();
    const longEnough = outage();
    const refused = await eventually(async () => {
      const reply = await platform.get('/api/executions?page=2');
      return reply.status === 200 ? false : reply;
    });
    expect(refused).toMatchObject({ status: 503, body: { code: 'store.unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await longEnough;
    await end();

    for (const { id, client } of watched) {
      expect(await completeWithRetries(platform, id)).toBe(0);
      expectNothingLostOrDuplicated(await storedExecution(store(), id), await client.observed());
      expect(await toolCalls(platform, id)).toEqual([TOOL_CALLS, TOOL_CALLS]);
    }
    await expectDenseLog(store());
  });
});
