import { AuditRecords } from '@syntropic/access';
import { createPool } from '@syntropic/postgres';
import {
  LAYOUTS,
  moveStore,
  openRepricings,
  repriceAllSessions,
  repriceStore,
  type Repricings,
} from '@syntropic/telemetry';
import type { Pool } from 'pg';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ownContext } from './caller';
import { checked } from './checked';
import { databaseUrl } from './database-url';

export const TELEMETRY_USAGE = `npm run admin -- move-telemetry --to native|timescale [--data-dir D]
npm run admin -- reprice-telemetry [--all-sessions] [--data-dir D]
npm run admin -- recount-commits [--data-dir D]`;

const Moved = z.object({ to: z.enum(LAYOUTS), 'data-dir': z.string().default('.data') });
const Repriced = z.object({ 'all-sessions': z.boolean().default(false), 'data-dir': z.string().default('.data') });

const Recounted = z.object({ 'data-dir': z.string().default('.data') });

type Report = (line: string) => void;

/** Moves the stored telemetry to the other layout, as the owner of the tables. */
export async function moveTelemetry(args: readonly string[], report: Report): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { to: { type: 'string' }, 'data-dir': { type: 'string' } },
  });
  const { to, 'data-dir': directory } = checked(Moved, values);
  const moved = await audited('MoveTelemetry', directory, (pool) => moveStore(pool, to, report));
  report(moved ? `telemetry is ${to} now` : `telemetry was ${to} already`);
}

/**
 * Prices stored model calls at the present price table, as the owner of the tables. The recorded costs of their sessions follow: the command
 * service has the sessions record them.
 */
export async function repriceTelemetry(args: readonly string[], report: Report): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { 'all-sessions': { type: 'boolean' }, 'data-dir': { type: 'string' } },
  });
  const { 'all-sessions': allSessions, 'data-dir': directory } = checked(Repriced, values);
  await audited('RepriceTelemetry', directory, async (pool) => {
    const { calls, changed } = await repriceStore(pool);
    report(`${calls} calls of other price tables: the cost of ${changed} has changed`);
    if (allSessions) await repriceAllSessions(pool);
    for (const line of linesOf(await openRepricings(pool))) report(line);
  });
}

const linesOf = ({ due, refused }: Repricings): readonly string[] => [
  `${due} sessions are to record their costs`,
  ...Object.entries(refused).map(([reason, sessions]) => `${sessions} sessions have not: ${reason}`),
];

/** Counts the commits of all days again whose events are stored, as the owner of the tables. */
export async function recountCommits(args: readonly string[], report: Report): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { 'data-dir': { type: 'string' } } });
  await audited('RecountCommits', checked(Recounted, values)['data-dir'], (pool) =>
    pool.query('select telemetry.recount_commits()'),
  );
  report('the commits of all days with events are counted again');
}

async function audited<Result>(
  action: string,
  directory: string,
  work: (pool: Pool) => Promise<Result>,
): Promise<Result> {
  const pool = createPool(databaseUrl(directory), { max: 1 });
  try {
    return await new AuditRecords(pool).around({ action, subject: 'telemetry', context: ownContext() }, () =>
      work(pool),
    );
  } finally {
    await pool.end();
  }
}
