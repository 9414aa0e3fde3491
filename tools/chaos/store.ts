import type { Platform } from '@syntropic/e2e';
import { createPool } from '@syntropic/postgres';
import type { Pool } from 'pg';

/** Connections to the platform's database as its owner, for the specs of one file. */
export function useStore(platform: Platform): () => Pool {
  let pool: Pool | undefined;
  afterAll(() => pool?.end());
  return () => (pool ??= createPool(platform.server('postgres').url ?? '', { max: 2 }));
}

export async function logHead(store: Pool): Promise<number> {
  const { rows } = await store.query<{ position: number }>('select position from log.log_head');
  return rows[0]?.position ?? 0;
}
