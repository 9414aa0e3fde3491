import { CURRENT_CHECKPOINTS } from '@syntropic/projections';
import { createDatabase, eventually, type OwnDatabase } from '@syntropic/testing';
import { freePort } from '@syntropic/testing/servers';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atMost, type Figure } from '../figure';
import { withStoreAndBus } from '../private-servers';
import { peakMegabytes } from '../process-family';
import { appendLargeLog } from './large-log';

const WORKER = join(__dirname, '../../../apps/projection-worker/src/main.js');
const LARGE_LOG = { executions: 240, promptBytes: 1_000_000 };
const HEAP_MEGABYTES = 192;
const WITHIN_MS = 300_000;

/** The most memory of a projection-worker that builds all read models from a log of large prompts. */
export const rebuildPeakMemory = (print: (line: string) => void): Promise<Figure> =>
  withStoreAndBus(async ({ store, bus }) => {
    const database = await createDatabase(store);
    try {
      await appendLargeLog(database.pool, LARGE_LOG);
      const worker = await startWorker(database, bus);
      const since = performance.now();
      await levelOrEnded(database, worker);
      print(`read models built in ${((performance.now() - since) / 1_000).toFixed(1)} s`);

      const value = await peakMegabytes(worker.pid ?? 0);
      worker.kill('SIGTERM');
      await once(worker, 'exit');
      return atMost({ value, unit: 'MB', target: 256 });
    } finally {
      await database.drop();
    }
  });

async function startWorker(database: OwnDatabase, bus: string): Promise<ChildProcess> {
  return spawn(process.execPath, [`--max-old-space-size=${HEAP_MEGABYTES}`, WORKER], {
    env: {
      DATABASE_URL: database.urlAs('syn_projection_worker'),
      NATS_URL: bus,
      HEALTH_PORT: String(await freePort()),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function levelOrEnded({ pool }: OwnDatabase, worker: ChildProcess): Promise<void> {
  await eventually(
    async () => {
      const { rowCount } = await pool.query(
        `select from ${CURRENT_CHECKPOINTS} c, log.log_head h where c.position < h.position`,
      );
      return rowCount === 0 || hasEnded(worker);
    },
    { within: WITHIN_MS },
  );
  if (hasEnded(worker)) throw new Error(`the worker ended: ${worker.signalCode ?? String(worker.exitCode)}`);
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;
