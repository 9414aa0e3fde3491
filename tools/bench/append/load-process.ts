import { createPool } from '@syntropic/postgres';
import { once } from 'node:events';
import { Pool } from 'pg';
import { groupCommit, oneByOne, type AppendOnce } from './append-once';
import type { Load, LoadAnswer } from './load';

process.once('message', (load: Load) => void answer(load));

async function answer(load: Load): Promise<void> {
  const appendsPerSecond = await measure(load);
  process.send?.({ appendsPerSecond } satisfies LoadAnswer);
  process.disconnect();
}

async function measure({ url, way, inFlight, connections, warmUpMs, measuredMs }: Load): Promise<number> {
  const pool = way === 'group' ? createPool(url, { max: connections }) : patientPool(url, connections);
  const append = way === 'group' ? groupCommit(pool) : oneByOne(pool);
  await keepInFlight(append, inFlight, warmUpMs);
  process.send?.('warm');
  await once(process, 'message');

  const started = performance.now();
  const appends = await keepInFlight(append, inFlight, measuredMs);
  const seconds = (performance.now() - started) / 1_000;
  await pool.end();
  return appends / seconds;
}

/** With 512 in flight over 8 connections the last in the queue waits longer than a service would. */
const patientPool = (connectionString: string, max: number) => new Pool({ connectionString, max });

async function keepInFlight(append: AppendOnce, inFlight: number, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let appends = 0;
  const oneAfterAnother = async () => {
    while (performance.now() < end) {
      await append();
      appends++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, oneAfterAnother));
  return appends;
}
