import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** API keys, and the secret of the tokens of streams. */
export class ApiKeys implements Migration {
  readonly name = 'api-keys-0202611261330';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'ops/api-keys.sql'), 'utf8'));
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('drop table ops.api_keys');
    await queries.query('drop table ops.api_key_state');
  }
}
