import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { PostgresEventLog } from '@syntropic/event-store';
import { CURRENT_CHECKPOINTS, ProjectionOperator, rebuildStates } from '@syntropic/projections';
import { createDatabase, eventually, type OwnDatabase } from '@syntropic/testing';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atLeast, stated, timesAtMost, type Figures } from '../figure';
import { withPostgres } from '../private-servers';
import { peakMegabytes } from '../process-family';
import { storeLog } from './stored-log';

const WORKER = join(__dirname, 'rebuild-worker.js');
const HEAP_MEGABYTES = 192;
const WITHIN_MS = 600_000;
const EVENTS = 200_000;
const RATE = 10_000;
/** Memory must not follow the number of events, nor their size. */
const FEW_EVENTS = 20_000;
const LARGE = { events: 7_000, promptBytes: 100_000 };
const MEMORY_GROWTH = 1.3;
/** A page of large events has 4 MiB, which one of small events does not reach. */
const LARGE_GROWTH = 2;

type Filled = Readonly<{ seconds: number; megabytes: number }>;

/** Read models folded from the first event, beside reading the events alone. */
export function rebuildSuite(print: (line: string) => void, size = EVENTS): Promise<Figures> {
  return withPostgres(async (store) => {
    const few = await ofLog(store, { events: FEW_EVENTS, promptBytes: 50 }, async (database) => filled(database));
    print(`${FEW_EVENTS} events: ${summaryOf(few)}`);
    const large = await ofLog(store, LARGE, async (database) => filled(database));
    print(`${LARGE.events} events with prompts of ${LARGE.promptBytes} bytes: ${summaryOf(large)}`);

    return ofLog(store, { events: size, promptBytes: 50 }, async (database, events) => {
      const readAlone = events / (await secondsOf(() => readAll(database)));
      print(`${events} events: read alone ${readAlone.toFixed(0)} events/s`);
      const many = await filled(database);
      print(`all ${READ_MODELS.length} read models: ${summaryOf(many)}`);
      const ofOne = events / (await rebuilt(database, print));
      const folded = (events * READ_MODELS.length) / many.seconds;
      return {
        rebuild_rate: atLeast({ value: folded, unit: 'events/s', limit: readAlone, target: RATE }),
        rebuild_rate_of_executions: atLeast({ value: ofOne, unit: 'events/s', limit: readAlone, target: RATE }),
        rebuild_all_seconds: stated({ value: many.seconds, unit: 's' }),
        rebuild_memory: timesAtMost({
          value: many.megabytes,
          unit: 'MB',
          limit: few.megabytes,
          target: MEMORY_GROWTH,
        }),
        rebuild_memory_large: timesAtMost({
          value: large.megabytes,
          unit: 'MB',
          limit: few.megabytes,
          target: LARGE_GROWTH,
        }),
      };
    });
  });
}

const summaryOf = ({ seconds, megabytes }: Filled): string =>
  `${seconds.toFixed(1)} s, at most ${megabytes.toFixed(0)} MB`;

async function ofLog<Result>(
  store: string,
  log: Readonly<{ events: number; promptBytes: number }>,
  measure: (database: OwnDatabase, events: number) => Promise<Result>,
): Promise<Result> {
  const database = await createDatabase(store);
  try {
    return await measure(database, await storeLog(database.pool, log));
  } finally {
    await database.drop();
  }
}

/** All read models of an empty store, by a worker with a small heap. */
const filled = (database: OwnDatabase): Promise<Filled> =>
  whileWorking(database, [], async (pid) => {
    const seconds = await secondsOf(() => level(database));
    return { seconds, megabytes: await peakMegabytes(pid) };
  });

/** The seconds from the command of an operator until the rebuilt table is read: filled, compared, in its place. */
const rebuilt = (database: OwnDatabase, print: (line: string) => void): Promise<number> =>
  whileWorking(database, ['execution'], async () => {
    const seconds = await secondsOf(async () => {
      await new ProjectionOperator(database.pool).startRebuild({ projection: 'execution' }, 'user:bench');
      await eventually(async () => (await rebuildStates(database.pool))[0]?.status === 'taken_over', {
        within: WITHIN_MS,
      });
    });
    const [state] = await rebuildStates(database.pool);
    print(
      `execution rebuilt beside the table that is read: ${seconds.toFixed(1)} s, ${state?.comparison?.rows_after} rows`,
    );
    return seconds;
  });

async function whileWorking<Result>(
  database: OwnDatabase,
  names: readonly string[],
  work: (pid: number) => Promise<Result>,
): Promise<Result> {
  const worker = fork(WORKER, [database.urlAs('syn_projection_worker'), ...names], {
    execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(worker, 'exit').then(([code, signal]) => {
    throw new Error(`the worker ended: ${String(signal ?? code)}`);
  });
  try {
    return await Promise.race([work(worker.pid ?? 0), ended]);
  } finally {
    if (worker.connected) worker.disconnect();
    await ended.catch(() => undefined);
  }
}

const level = ({ pool }: OwnDatabase): Promise<unknown> =>
  eventually(
    async () => {
      const { rowCount } = await pool.query(
        `select from ${CURRENT_CHECKPOINTS} c, log.log_head h where c.position < h.position limit 1`,
      );
      return rowCount === 0;
    },
    { within: WITHIN_MS },
  );

async function readAll({ pool }: OwnDatabase): Promise<void> {
  const log = new PostgresEventLog(pool);
  for (let position = 0; ;) {
    const { events } = await log.read(position);
    const last = events.at(-1);
    if (!last) return;
    position = last.position;
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return (performance.now() - since) / 1_000;
}
