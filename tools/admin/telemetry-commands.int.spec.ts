import { TYPESCRIPT_HOOK, useDatabase } from '@syntropic/testing';
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const database = useDatabase();

type Ran = Readonly<{ code: number; stdout: string; stderr: string }>;

/** Runs the program as a process of its own. */
const run = (...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: database.url };
    execFile(
      process.execPath,
      ['-r', TYPESCRIPT_HOOK, join(__dirname, 'main.ts'), ...args],
      { env },
      (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      },
    );
  });

it('says when the telemetry has the layout already', async () => {
  await expect(run('move-telemetry', '--to', 'native')).resolves.toMatchObject({
    code: 0,
    stdout: 'telemetry was native already\n',
  });
});

it('refuses a layout that the database cannot have, and changes nothing', async () => {
  await expect(run('move-telemetry', '--to', 'timescale')).resolves.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('does not have the extension timescaledb') as string,
  });
  await expect(run('move-telemetry', '--to', 'other')).resolves.toMatchObject({ code: 1 });
  const { rows } = await database.pool.query('select telemetry.layout() as layout');
  expect(rows).toEqual([{ layout: 'native' }]);
});

it('prices the calls of other price tables, and records that it did', async () => {
  await database.pool.query(
    `insert into telemetry.usage values
       (now(), gen_random_uuid(), 's', 'exec-0123456789ab', null, -1, 'gateway', 'claude-haiku-4-5', 0, 1000000, 0, 0, 0, 0, 0, 9, 'an older one', true)`,
  );

  await expect(run('reprice-telemetry')).resolves.toMatchObject({
    code: 0,
    stdout: '1 calls of other price tables: the cost of 1 has changed\n1 sessions are to record their costs\n',
  });
  const { rows } = await database.pool.query(
    `select cost_usd::float8 as cost, (select count(*) from ops.audit_records where action = 'RepriceTelemetry') > 0 as audited
     from telemetry.usage_by_day`,
  );
  expect(rows).toEqual([{ cost: 1, audited: true }]);

  await database.pool.query(`update ops.session_repricings set due_at = null, refusal = 'other tokens'`);
  const left = '0 calls of other price tables: the cost of 0 has changed\n';
  await expect(run('reprice-telemetry')).resolves.toMatchObject({
    stdout: `${left}0 sessions are to record their costs\n1 sessions have not: other tokens\n`,
  });
  await expect(run('reprice-telemetry', '--all-sessions')).resolves.toMatchObject({
    stdout: `${left}1 sessions are to record their costs\n`,
  });
});

it('counts commits again from their events, and records that it did', async () => {
  await database.pool.query(
    `insert into telemetry.events (time, event_id, session_id, type, sequence, data)
       values (now() - interval '20 days', gen_random_uuid(), 's', 'git_commit', 1, '{}');
     select telemetry.maintain();
     update telemetry.commits_by_day set commits = 9`,
  );

  await expect(run('recount-commits')).resolves.toMatchObject({ code: 0 });
  const { rows } = await database.pool.query(
    `select commits::int, (select count(*) from ops.audit_records where action = 'RecountCommits') > 0 as audited
     from telemetry.commits_by_day`,
  );
  expect(rows).toEqual([{ commits: 1, audited: true }]);
});
