import { simulated, usePlatform, workflow } from '@syntropic/e2e';
import { createPool } from '@syntropic/postgres';
import { SERVICE_NAMES } from '@syntropic/stack';
import { eventually } from '@syntropic/testing';
import type { Pool } from 'pg';
import { appendLargeLog } from './large-log';

const LARGE_LOG = { executions: 100, promptBytes: 1_000_000 };
const WORKFLOW = 'small-heap';

const platform = usePlatform({ environment: () => ({ NODE_OPTIONS: '--max-old-space-size=192' }) });
let store: Pool;

beforeAll(() => {
  store = createPool(platform.server('postgres').url ?? '', { max: 2 });
});
afterAll(() => store.end());

const pids = () => SERVICE_NAMES.map((name) => platform.service(name).pid);

/** Every read model has folded the whole log. */
const level = () =>
  eventually(
    async () => {
      const { rowCount } = await store.query(
        'select from read.checkpoints c, log.log_head h where c.position < h.position',
      );
      return rowCount === 0;
    },
    { within: 120_000 },
  );

/** Lets the worker fold the log anew into empty tables. */
async function emptyReadModels(): Promise<void> {
  const { rows } = await store.query<{ name: string }>(
    `select format('read.%I', projection || '_v' || version) as name from read.checkpoints`,
  );
  await store.query(`
    begin;
    update read.checkpoints set position = 0, cached_position = 0, cache_epoch = null;
    ${rows.map(({ name }) => `delete from ${name};`).join('\n')}
    commit`);
}

describe('with a heap of 192 MB and a log of large prompts', () => {
  it('every service does its work, and read models are rebuilt', async () => {
    const before = pids();
    const ids = await appendLargeLog(store, LARGE_LOG);
    await level();

    const refused = await Promise.all(ids.map((id) => platform.post(`/api/executions/${id}/pause`)));
    for (const { body } of refused) expect(body).toMatchObject({ code: 'execution.has_ended' });
    await emptyReadModels();
    await platform.createWorkflow(workflow(WORKFLOW, simulated('turns: 1')));
    const executionId = await platform.execute(WORKFLOW);
    await level();

    await platform.reaches(executionId, 'completed');
    expect(await platform.get('/api/executions')).toMatchObject({ status: 200, body: { total: ids.length + 1 } });
    expect(pids()).toEqual(before);
  });
});
