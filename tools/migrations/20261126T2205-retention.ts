import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

const sql = (file: string): string => readFileSync(join(__dirname, 'telemetry', file), 'utf8');

/** Collectors say how long telemetry is kept. */
export class Retention implements Migration {
  readonly name = 'retention-0202611262205';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(sql('retention.sql'));
  }

  async down(queries: QueryRunner): Promise<void> {
    const layouts = sql('layouts.sql');
    const before = layouts.slice(layouts.indexOf('create or replace function telemetry.maintain'));
    await queries.query(`
      drop function telemetry.maintain(interval, interval, interval, interval, int);
      ${before.slice(0, before.indexOf('end $$;') + 'end $$;'.length)}
    `);
  }
}
