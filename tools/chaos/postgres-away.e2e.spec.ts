import { usePlatform } from '@syntropic/e2e';
import { eventually, usePostgres } from '@syntropic/testing';
import { booksOf, expectDenseLog, expectNothingLostOrDoubled } from './audit';
import { completes, job, toolCalls, TOOLS } from './job';
import { outage } from './outage';
import { useStore } from './store';
import { Witness } from './witness';

const postgres = usePostgres();
const platform = usePlatform({ environment: () => ({ DATABASE_URL: postgres.url }) });
const store = useStore(platform);

const WAYS: readonly (readonly [string, () => Promise<void>, () => Promise<void>])[] = [
  ['is dead', () => postgres.kill(), () => postgres.start()],
  ['is there and does not answer', () => postgres.freeze(), () => postgres.thaw()],
];

describe('Postgres away for longer than a lease, under running executions', () => {
  beforeAll(() => platform.createWorkflow(job('unbothered', 300)));

  it.each(WAYS)('when it %s: the API says so, and all of them continue and complete', async (_, goAway, comeBack) => {
    const ids = [await platform.execute('unbothered'), await platform.execute('unbothered')];
    const watched = ids.map((id) => ({ id, witness: new Witness(platform, id) }));
    for (const { witness } of watched) await witness.sees('tool_execution_completed');

    await goAway();
    const isOver = outage();
    const refused = await eventually(async () => {
      const reply = await platform.get('/api/executions?page=2');
      return reply.status === 200 ? false : reply;
    });
    expect(refused).toMatchObject({ status: 503, body: { code: 'store.unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await isOver;
    await comeBack();

    for (const { id, witness } of watched) {
      expect(await completes(platform, id)).toBe(0);
      expectNothingLostOrDoubled(await booksOf(store(), id), await witness.testimony());
      expect(await toolCalls(platform, id)).toEqual([TOOLS, TOOLS]);
    }
    await expectDenseLog(store());
  });
});
