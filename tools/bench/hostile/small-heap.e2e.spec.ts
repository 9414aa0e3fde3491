import { shell, simulated, usePlatform, workflow } from '@syntropic/e2e';
import { createPool } from '@syntropic/postgres';
import { CURRENT_CHECKPOINTS } from '@syntropic/projections';
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
      const { rows } = await store.query(
        `select projection, status, error, c.position, h.position as head
         from ${CURRENT_CHECKPOINTS} c, log.log_head h where c.position < h.position`,
      );
      expect(rows).toEqual([]);
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

/** A busy machine may answer the first requests too late: each is then asked again. */
const refusedAsEnded = (id: string) =>
  eventually(
    async () => {
      const { body } = await platform.post(`/api/executions/${id}/pause`);
      expect(body).toMatchObject({ code: 'execution.has_ended' });
    },
    { within: 60_000 },
  );

describe('with a heap of 192 MB and a log of large prompts', () => {
  it('every service does its work, and read models are rebuilt', async () => {
    const before = pids();
    const ids = await appendLargeLog(store, LARGE_LOG);
    await level();

    await Promise.all(ids.map(refusedAsEnded));
    await emptyReadModels();
    await platform.createWorkflow(workflow(WORKFLOW, simulated('turns: 1')));
    const executionId = await platform.execute(WORKFLOW);
    await level();

    await platform.reaches(executionId, 'completed');
    expect(await platform.get('/api/executions')).toMatchObject({ status: 200, body: { total: ids.length + 1 } });
    expect(pids()).toEqual(before);
  });

  it('executions of a workflow with large prompts are small, and run with them', async () => {
    const before = pids();
    const script = `${`# ${'a prompt of many words '.repeat(40)}\n`.repeat(250)}echo done > artifacts/output/end.txt`;
    await platform.createWorkflow(workflow('large', ...Array.from({ length: 4 }, () => shell(script))));
    const ids = await Promise.all(Array.from({ length: 8 }, () => platform.execute('large')));

    for (const id of ids) expect((await platform.reaches(id, 'completed')).artifact_ids).toHaveLength(4);
    const { rows } = await store.query<{ type: string; bytes: number }>(
      `select type, max(octet_length(data::text)) as bytes from log.events
        where data->>'workflowId' = 'large' group by type`,
    );
    const bytes = Object.fromEntries(rows.map((row) => [row.type, row.bytes]));
    expect(bytes['WorkflowCreated']).toBeGreaterThan(900_000);
    expect(bytes['ExecutionStarted']).toBeLessThan(2_000);
    expect(pids()).toEqual(before);
  });
});
