import { simulated, usePlatform, workflow } from '@syntropic/e2e';
import { CURRENT_CHECKPOINTS } from '@syntropic/projections';
import { eventually, usePostgres } from '@syntropic/testing';
import { cp, rename, rm } from 'node:fs/promises';
import { expectDenseLog } from './consistency-checks';
import { useStore } from './store';
import { completeWithRetries, twoPhaseWorkflow } from './two-phase-workflow';

const postgres = usePostgres();
const platform = usePlatform({ environment: () => ({ DATABASE_URL: postgres.url }) });
const store = useStore(platform);

const SHORT = 'short';
const LONG = 'long';

/** Starts an execution as soon as the platform takes it again. */
const started = (workflowId: string) => eventually(() => platform.execute(workflowId));

async function completed(): Promise<string> {
  const id = await started(SHORT);
  await platform.reaches(id, 'completed');
  return id;
}

/** Stops Postgres and copies its data, as a standby or a backup has them. */
async function copied(data: string): Promise<void> {
  await postgres.stop();
  await cp(data, `${data}.copy`, { recursive: true });
  await postgres.start();
}

/** Continues with the copy: what was written since is gone. */
async function backToCopy(data: string): Promise<void> {
  await postgres.kill();
  await rm(data, { recursive: true });
  await rename(`${data}.copy`, data);
  await postgres.start();
}

const ofStore = async <Row extends object>(statement: string): Promise<readonly Row[]> =>
  (await store().query<Row>(statement)).rows;

const valueOf = async (expression: string): Promise<string> =>
  (await ofStore<{ value: string }>(`select ${expression} as value`))[0]?.value ?? '';

describe('Postgres that goes back a little under running services', () => {
  let running = '';

  it('begins a new epoch: everything that counts in the log goes on from there, and health says so', async () => {
    await platform.createWorkflow(workflow(SHORT, simulated('turns: 1')));
    await platform.createWorkflow(twoPhaseWorkflow(LONG, 700));
    const data = await valueOf(`current_setting('data_directory')`);
    const kept = await completed();
    running = await started(LONG);
    await eventually(async () => (await platform.execution(running)).phases[0]?.status === 'running');
    await copied(data);
    const lost = [await completed(), await completed()];
    const epoch = await valueOf('(select store_epoch from log.log_head)');

    await backToCopy(data);
    const next = await completed();

    expect((await platform.execution(kept)).status).toBe('completed');
    for (const id of lost) expect(await platform.get(`/api/executions/${id}`)).toMatchObject({ status: 404 });
    expect(await ofStore('select count(*) as epochs, bool_and(seen > shared) as lost from log.restorations')).toEqual([
      { epochs: 1, lost: true },
    ]);
    await eventually(async () => {
      expect(await ofStore(COUNTING_ELSEWHERE)).toEqual([]);
    });
    expect(await ofStore(`select from log.log_head where store_epoch = '${epoch}'`)).toEqual([]);
    expect(await platform.get('/api/health')).toMatchObject({
      body: { degraded: expect.arrayContaining([expect.objectContaining({ part: 'log' })]) as unknown },
    });
    await expectDenseLog(store());
    expect((await platform.execution(next)).status).toBe('completed');
  });

  it('lets executions continue that it still knows, some of them by a retry', async () => {
    await completeWithRetries(platform, running, 150_000);
  });
});

/** Everything that does not stand at the head of this epoch. */
const COUNTING_ELSEWHERE = `
  with head as (select position, store_epoch from log.log_head)
  select projection as name from ${CURRENT_CHECKPOINTS} c, head h
   where (c.position, c.store_epoch, c.status) is distinct from (h.position, h.store_epoch, 'live')
  union all
  select name from ops.processes p, head h
   where (p.position, p.epoch, p.status) is distinct from (h.position, h.store_epoch, 'running')`;
