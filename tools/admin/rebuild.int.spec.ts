import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { createPool } from '@syntropic/postgres';
import { ProjectionRunner } from '@syntropic/projections';
import { useDatabase } from '@syntropic/testing';
import { rebuild } from './rebuild';

const database = useDatabase();
const databaseUrl = process.env['DATABASE_URL'];

beforeAll(() => {
  process.env['DATABASE_URL'] = database.url;
});
afterAll(() => {
  if (databaseUrl === undefined) delete process.env['DATABASE_URL'];
  else process.env['DATABASE_URL'] = databaseUrl;
});

async function run(...args: string[]): Promise<readonly string[]> {
  const printed: string[] = [];
  await rebuild(args, (line) => printed.push(line));
  return printed;
}

/** A worker with the read models of this build. */
async function whileWorking(work: () => Promise<void>): Promise<void> {
  const pool = createPool(database.urlAs('syn_projection_worker'), { max: 4 });
  const log = new PostgresEventLog(pool);
  const stopping = new AbortController();
  const runner = new ProjectionRunner({ pool, log, reader: new LogReader(log, undefined), projections: READ_MODELS });
  const running = runner.run(stopping.signal);
  try {
    await work();
  } finally {
    stopping.abort();
    await running;
    await pool.end();
  }
}

describe('npm run admin -- rebuild', () => {
  it('starts one, shows it, and stops it', async () => {
    await run('start', '--projection', 'workflow');
    expect(await run('list')).toEqual([expect.stringMatching(/^workflow v\d+: filling; 0 of 0 events/)]);
    await run('stop', '--projection', 'workflow');
    expect(await run('list')).toEqual([expect.stringMatching(/^workflow v\d+: stopped$/)]);
  });

  it('starts all, and watches them until workers have put them in place', async () => {
    await run('start');
    await whileWorking(async () => {
      expect(await run('watch')).toContainEqual(expect.stringMatching(/: taken_over; 0 rows instead of 0/));
    });
    expect(await run('list')).toHaveLength(READ_MODELS.length);
  });

  it.each([
    [['accept', '--projection', 'workflow'], 'no rebuild of workflow waits for this'],
    [['stop'], '--projection names the read model'],
    [['start', '--projection', 'none'], 'there is no projection none'],
    [['begin'], 'npm run admin -- rebuild'],
  ])('says why not: %j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });
});
