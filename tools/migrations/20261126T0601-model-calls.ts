import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Roll-ups of the calls that the model gateway records. Older builds read them as one more leg, beside those of the agent. */
export class ModelCalls implements Migration {
  readonly name = 'model-calls-0202611260601';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'telemetry', 'model-calls.sql'), 'utf8'));
  }

  async down(queries: QueryRunner): Promise<void> {
    const before = readFileSync(join(__dirname, 'telemetry', 'leg-accounts.sql'), 'utf8');
    await queries.query(before.slice(before.indexOf('create or replace function')));
  }
}
