import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { createPool } from '@syntropic/postgres';
import { ProjectionRunner } from '@syntropic/projections';

/** A worker of its own process, so that its memory can be measured. It works until it is disconnected. */
async function main(url: string, names: readonly string[]): Promise<void> {
  const pool = createPool(url, { max: 10 });
  const log = new PostgresEventLog(pool);
  const stopping = new AbortController();
  process.once('disconnect', () => {
    stopping.abort();
  });
  const projections = READ_MODELS.filter(({ name }) => names.length === 0 || names.includes(name));
  const onFault = (message: string, cause: unknown) => {
    console.error(message, cause);
  };
  await new ProjectionRunner({ pool, log, reader: new LogReader(log, undefined), projections, onFault }).run(
    stopping.signal,
  );
  await pool.end();
}

const [url = '', ...names] = process.argv.slice(2);
main(url, names).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
