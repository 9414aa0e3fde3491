import { simulated, usePlatform, workflow } from '@syntropic/e2e';
import { createPool } from '@syntropic/postgres';
import { CURRENT_CHECKPOINTS } from '@syntropic/projections';
import { eventually, usePostgres } from '@syntropic/testing';
import { execFileSync } from 'node:child_process';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

const postgres = usePostgres();
const platform = usePlatform({ environment: () => ({ DATABASE_URL: postgres.url }) });

const rowsOf = async <Row extends object>(statement: string): Promise<readonly Row[]> => {
  const pool = createPool(postgres.url, { max: 1 });
  try {
    return (await pool.query<Row>(statement)).rows;
  } finally {
    await pool.end();
  }
};

const head = async () => {
  const [row] = await rowsOf<{ epoch: string; position: number }>(
    'select store_epoch as epoch, position from log.log_head',
  );
  return row ?? { epoch: '', position: 0 };
};

async function completed(): Promise<string> {
  const id = await platform.execute('short');
  await platform.reaches(id, 'completed');
  return id;
}

/** Copies the data of the stopped server, as a backup has it. */
async function backUp(data: string): Promise<void> {
  await postgres.stop();
  await cp(data, `${data}.backup`, { recursive: true });
  await postgres.start();
}

async function restore(data: string): Promise<void> {
  await postgres.stop();
  await rm(data, { recursive: true });
  await rename(`${data}.backup`, data);
  await postgres.start();
}

/** The command as the README gives it. */
const restoredCommand = (): string =>
  execFileSync('npm', ['run', '--silent', 'restored'], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: postgres.url },
    encoding: 'utf8',
  });

describe('npm run restored', () => {
  it('after a restore under stopped services and a new bus, begins an epoch in which everything is in step', async () => {
    await platform.createWorkflow(workflow('short', simulated('turns: 1')));
    const [{ data } = { data: '' }] = await rowsOf<{ data: string }>(
      `select current_setting('data_directory') as data`,
    );
    const kept = await completed();
    await platform.stop();
    await backUp(data);
    const before = await head();
    await platform.start();
    const lost = await completed();
    await platform.stop();

    await restore(data);
    await rm(join(platform.dataDirectory, 'nats'), { recursive: true });
    const printed = restoredCommand();

    const after = await head();
    expect(after.position).toBe(before.position);
    expect(after.epoch).not.toBe(before.epoch);
    expect(printed).toContain(`the log goes on behind ${String(after.position)} in epoch ${after.epoch}`);

    await platform.start();
    expect((await platform.get('/api/audit?aggregate=log')).body).toMatchObject({
      entries: [{ actor: { kind: 'user', id: 'restored-cli' }, event_type: 'BeginEpoch', outcome: 'done' }],
    });
    const next = await eventually(completed);
    expect((await platform.execution(kept)).status).toBe('completed');
    expect((await platform.execution(next)).status).toBe('completed');
    expect(await platform.get(`/api/executions/${lost}`)).toMatchObject({ status: 404 });
    await eventually(async () => {
      expect(await rowsOf(BEHIND)).toEqual([]);
    });
    expect((await head()).epoch).toBe(after.epoch);
  }, 240_000);
});

/** Read models, processes and the relay that are of another epoch, or have not come to the head of the log. */
const BEHIND = `
  select projection as name from ${CURRENT_CHECKPOINTS} c, log.log_head h where c.store_epoch <> h.store_epoch or c.position < h.position
  union all select name from ops.processes p, log.log_head h where p.epoch <> h.store_epoch or p.position < h.position
  union all select 'relay' from ops.relay r, log.log_head h where r.epoch <> h.store_epoch or r.position < h.position`;
