import { createPool } from '@syntropic/postgres';
import { once } from 'node:events';
import { Pool } from 'pg';
import { groupCommit, oneByOne, type SingleAppend } from './single-append';
import type { Load, LoadAnswer } from './load';

process.once('message', (load: Load) => void answer(load));

async function answer(load: Load): Promise<void> {
  const appendsPerSecond = await measure(load);
  process.send?.({ appendsPerSecond } satisfies LoadAnswer);
  process.disconnect();
}

async function measure({ url, way, inFlight, connections, warmUpMs, measuredMs }: Load): Promise<number> {
  const pool = way === 'group' ? createPool(url, { max: connections }) : poolWithoutTimeout(url, connections);
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

/** With 512 in flight over 8 connections the last one waits longer than the connect timeout of a service. */
const poolWithoutTimeout = (connectionString: string, max: number) => new Pool({ connectionString, max });

async function keepInFlight(append: SingleAppend, inFlight: number, ms: number): Promise<number> {
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
