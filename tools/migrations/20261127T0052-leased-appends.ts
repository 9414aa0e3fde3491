import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Appends that depend on a lease are recorded in bulk, and a call tells when it recorded and in which epoch. */
export class LeasedAppends implements Migration {
  readonly name = 'leased-appends-0202611270052';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'log', 'leased-appends.sql'), 'utf8'));
  }

  /** The functions stay: they serve older builds too, which send such appends one by one. */
  async down(): Promise<void> {
    // Nothing of the schema is left behind that older builds notice.
  }
}
