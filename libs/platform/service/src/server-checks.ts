import { Empty, type NatsConnection } from 'nats';
import type { Pool } from 'pg';

const JETSTREAM_MS = 1_500;

/**
 * For health: the streams of the bus. Where JetStream is off, or its volume was full when it wrote, the server still answers pings.
 * @throws Error with the reason
 */
export async function checkJetStream(nats: NatsConnection): Promise<void> {
  const answer = await nats
    .request('$JS.API.INFO', Empty, { timeout: JETSTREAM_MS })
    .then((message) => message.json<{ error?: { description: string } }>())
    .catch((cause: unknown) => {
      throw new Error('JetStream does not answer: it is off, or its volume is full', { cause });
    });
  if (answer.error) throw new Error(`JetStream is not available: ${answer.error.description}`);
}

/**
 * A transaction that writes: it takes an id, so that its commit is logged, and sorts more than its memory holds into a file
 * beside the tables, which a full disk refuses. It leaves nothing behind.
 */
const WRITES = `
  set local work_mem = '64kB';
  select pg_current_xact_id();
  select count(*) from (select repeat('x', 100) || n as line from generate_series(1, 8192) n order by line offset 0) sorted;`;

const DISK_FULL = '53100';

/**
 * For health: the disk of the database. A full one still answers queries.
 * @throws Error with the reason
 */
export async function checkStoreWrites(store: Pool): Promise<void> {
  try {
    await store.query(WRITES);
  } catch (cause) {
    const isFull = cause instanceof Error && 'code' in cause && cause.code === DISK_FULL;
    throw isFull ? new Error('the database refuses writes: its disk is full', { cause }) : cause;
  }
}
