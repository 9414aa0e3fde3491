import { env } from '@syntropic/config';
import { createPool } from '@syntropic/postgres';
import { z } from 'zod';

const Settings = z.object({ DATABASE_URL: z.url() });

/** After a restore, as the database's owner: begins a new epoch of the log, as the relay does when it notices one. */
async function main(): Promise<void> {
  const pool = createPool(env(Settings).DATABASE_URL, { max: 1 });
  try {
    await pool.query('select log.begin_epoch(store_epoch, position, position) from log.log_head');
    const { rows } = await pool.query<{ epoch: string; position: number }>(
      'select store_epoch as epoch, position from log.log_head',
    );
    console.log(`the log goes on behind ${String(rows[0]?.position)} in epoch ${rows[0]?.epoch ?? ''}`);
  } finally {
    await pool.end();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
