import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** An append may name the event that it follows, so that a command on a kept state needs no reading of the log before it. */
export class AppendsBehind implements Migration {
  readonly name = 'appends-behind-0202611261720';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'log', 'appends-behind.sql'), 'utf8'));
  }

  /** The functions stay: they serve older builds too, which name no event. */
  async down(): Promise<void> {
    // Nothing of the schema is left behind that older builds notice.
  }
}
