import { createPool } from '@syntropic/postgres';
import { PostgresTelemetryStore, Quarantine, quarantineReasons } from '@syntropic/telemetry';
import { parseArgs } from 'node:util';
import { databaseUrl } from './database-url';

export const QUARANTINE_USAGE = `npm run admin -- quarantine [--replay] [--session ID] [--data-dir D]`;

/** Shows why telemetry was set apart, or tries it again. */
export async function quarantine(args: readonly string[], print: (line: string) => void): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      replay: { type: 'boolean', default: false },
      session: { type: 'string' },
      'data-dir': { type: 'string', default: '.data' },
    },
  });
  const pool = createPool(databaseUrl(values['data-dir']), { max: 2 });
  try {
    if (values.replay) {
      const apart = new Quarantine(pool, new PostgresTelemetryStore(pool));
      const { stored, known, faulty } = await apart.replay(values.session);
      print(`${stored} stored, ${known} known, ${faulty} still faulty`);
      return;
    }
    const reasons = await quarantineReasons(pool);
    for (const { reason, events, newest } of reasons) print(`${events} ${reason} (the newest at ${newest})`);
    if (reasons.length === 0) print('nothing is set apart');
  } finally {
    await pool.end();
  }
}
