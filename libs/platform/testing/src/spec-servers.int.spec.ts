import { createPool } from '@syntropic/postgres';
import { createDatabase } from './database';
import { eventually } from './eventually';
import { useDatabase, usePostgres } from './spec-servers';

describe('useDatabase', () => {
  const one = useDatabase();
  const other = useDatabase();

  it('gives each caller a database of its own', async () => {
    await one.pool.query('create table fact (told text)');

    await expect(other.pool.query('select from fact')).rejects.toThrow('"fact" does not exist');
  });

  it('is durable, as the product is', async () => {
    const { rows } = await one.pool.query(
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
    );

    expect(rows).toEqual([{ fsync: 'on', commit: 'on' }]);
  });

  it('lets a service in by its role, which owns nothing', async () => {
    const pool = createPool(one.urlAs('syn_collector'));

    await expect(pool.query('create table public.mine ()')).rejects.toThrow('permission denied');
    await pool.end();
  });
});

describe('usePostgres', () => {
  const postgres = usePostgres();

  it('keeps its address and its databases when stopped and started', async () => {
    const { url, drop } = await createDatabase(postgres.url);
    await postgres.stop();
    expect(postgres.pid).toBeUndefined();
    await postgres.start();

    const pool = createPool(url);
    await eventually(() => pool.query('select'));
    await pool.end();
    await drop();
  });
});
