import { AuditRecords } from '@syntropic/access';
import { createPool } from '@syntropic/postgres';
import { ProjectionOperator, rebuildStates, type RebuildState } from '@syntropic/projections';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Pool } from 'pg';
import { BY, ownContext } from './caller';
import { databaseUrl } from './database-url';

export const REBUILD_USAGE = `npm run admin -- rebuild start|stop|accept|list|watch [--projection NAME] [--data-dir D]`;

const EVERY_MS = 1_000;

type Ask = Readonly<{ pool: Pool; projection: string | undefined; print: (line: string) => void }>;

const named = ({ projection }: Ask): string => {
  if (projection === undefined) throw new Error('--projection names the read model');
  return projection;
};

const ACTIONS: Readonly<Record<string, (ask: Ask) => Promise<void>>> = {
  start: (ask) => audited('StartRebuild', ask, (operator) => operator.startRebuild({ projection: ask.projection }, BY)),
  stop: (ask) => audited('StopRebuild', ask, (operator) => operator.stopRebuild({ projection: named(ask) })),
  accept: (ask) => audited('AcceptRebuild', ask, (operator) => operator.acceptRebuild({ projection: named(ask) })),
  list: async (ask) => {
    for (const state of await statesOf(ask)) ask.print(lineOf(state));
  },
  watch,
};

function audited(
  action: string,
  { pool, projection = 'all' }: Ask,
  carryOut: (operator: ProjectionOperator) => Promise<void>,
): Promise<void> {
  const subject = `projection-${projection}`;
  return new AuditRecords(pool).around({ action, subject, context: ownContext() }, () =>
    carryOut(new ProjectionOperator(pool)),
  );
}

/** Starts, stops, accepts and shows rebuilds of read models in the database itself: workers carry them out. */
export async function rebuild([action = '', ...args]: readonly string[], print: (line: string) => void): Promise<void> {
  const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (!act) throw new Error(REBUILD_USAGE);
  const { values } = parseArgs({
    args: [...args],
    options: { projection: { type: 'string' }, 'data-dir': { type: 'string', default: '.data' } },
  });
  const pool = createPool(databaseUrl(values['data-dir']), { max: 1 });
  try {
    await act({ pool, projection: values.projection, print });
  } finally {
    await pool.end();
  }
}

/** Until each has ended, or waits for an operator. @throws Error when one differs, or stands still */
async function watch(ask: Ask): Promise<void> {
  for (;;) {
    const states = await statesOf(ask);
    for (const state of states) ask.print(lineOf(state));
    const waiting = states.filter(({ status, error }) => status === 'differs' || error !== null);
    const going = states.filter(({ endedAt }) => endedAt === null);
    if (waiting.length > 0 && going.length === waiting.length) {
      throw new Error(waiting.map(({ projection, error }) => `${projection}: ${error ?? 'it differs'}`).join('\n'));
    }
    if (going.length === 0) return;
    await pause(EVERY_MS);
  }
}

const statesOf = async ({ pool, projection }: Ask): Promise<readonly RebuildState[]> =>
  (await rebuildStates(pool)).filter((state) => projection === undefined || state.projection === projection);

function lineOf({ projection, version, status, position, head, rows, rate, error, comparison }: RebuildState): string {
  const progress =
    position === null ? [] : [`${position} of ${head ?? 0} events, ${rate ?? 0} events/s, about ${rows ?? 0} rows`];
  const found = comparison
    ? [
        `${comparison.rows_after} rows instead of ${comparison.rows_before}`,
        `${comparison.missing} missing, ${comparison.added} added, ${comparison.changed} changed`,
        ...comparison.differences.map(({ key, kind, columns }) => `${kind} ${key} ${columns.join(' ')}`.trim()),
      ]
    : [];
  return [`${projection} v${version}: ${status}`, ...progress, ...found, ...(error === null ? [] : [error])].join('; ');
}
