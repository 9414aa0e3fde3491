import { AuditRecords } from '@syntropic/access';
import { env } from '@syntropic/config';
import { createPool } from '@syntropic/postgres';
import type { Pool } from 'pg';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const Settings = z.object({ DATABASE_URL: z.url() });

const CALLER = { kind: 'user', id: 'restored-cli' } as const;

/** After a restore, as the database's owner: begins a new epoch of the log, as the relay does when it notices one. The audit names the epoch that ends. */
async function main(): Promise<void> {
  const pool = createPool(env(Settings).DATABASE_URL, { max: 1 });
  try {
    const commandId = randomUUID();
    const context = { actor: CALLER, commandId, correlationId: commandId };
    const subject = `log-${(await headOf(pool)).epoch}`;
    await new AuditRecords(pool).around({ action: 'BeginEpoch', subject, context }, async () => {
      await pool.query('select log.begin_epoch(store_epoch, position, position) from log.log_head');
    });
    const { epoch, position } = await headOf(pool);
    console.log(`the log goes on behind ${position} in epoch ${epoch}`);
  } finally {
    await pool.end();
  }
}

async function headOf(pool: Pool): Promise<Readonly<{ epoch: string; position: number }>> {
  const { rows } = await pool.query<{ epoch: string; position: number }>(
    'select store_epoch as epoch, position from log.log_head',
  );
  if (!rows[0]) throw new Error('the log has no head: the database is not migrated');
  return rows[0];
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
