import { AuditRecords } from '@syntropic/access';
import { createPool } from '@syntropic/postgres';
import { LAYOUTS, moveStore, repriceStore } from '@syntropic/telemetry';
import type { Pool } from 'pg';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ownContext } from './caller';
import { checked } from './checked';
import { databaseUrl } from './database-url';

export const TELEMETRY_USAGE = `npm run admin -- move-telemetry --to native|timescale [--data-dir D]
npm run admin -- reprice-telemetry [--data-dir D]`;

const Moved = z.object({ to: z.enum(LAYOUTS), 'data-dir': z.string().default('.data') });
const Repriced = z.object({ 'data-dir': z.string().default('.data') });

type Report = (line: string) => void;

/** Moves the stored telemetry to the other layout, as the owner of the tables. */
export async function moveTelemetry(args: readonly string[], report: Report): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { to: { type: 'string' }, 'data-dir': { type: 'string' } },
  });
  const { to, 'data-dir': directory } = checked(Moved, values);
  const [moved] = await audited('MoveTelemetry', directory, (pool) => moveStore(pool, to, report));
  report(moved ? `telemetry is ${to} now` : `telemetry was ${to} already`);
}

/** Prices stored model calls at the present price table, as the owner of the tables. */
export async function repriceTelemetry(args: readonly string[], report: Report): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { 'data-dir': { type: 'string' } } });
  const [{ calls, changed } = { calls: 0, changed: 0 }] = await audited(
    'RepriceTelemetry',
    checked(Repriced, values)['data-dir'],
    (pool) => repriceStore(pool),
  );
  report(`${calls} calls of other price tables: the cost of ${changed} has changed`);
}

async function audited<Result>(
  action: string,
  directory: string,
  work: (pool: Pool) => Promise<Result>,
): Promise<readonly Result[]> {
  const pool = createPool(databaseUrl(directory), { max: 1 });
  try {
    const done: Result[] = [];
    await new AuditRecords(pool).around({ action, subject: 'telemetry', context: ownContext() }, async () => {
      done.push(await work(pool));
    });
    return done;
  } finally {
    await pool.end();
  }
}
