import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** A rebuild that takes over has folded the events again that were parked before it began; what is parked while it goes on is parked for both. */
export class RefoldedEvents implements Migration {
  readonly name = 'refolded-events-0202611262130';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'read', 'refolded-events.sql'), 'utf8'));
  }

  /** The functions stay: they serve older builds too. */
  async down(): Promise<void> {
    // Nothing is stored.
  }
}
