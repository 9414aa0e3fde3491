import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The gateway shows the part of a found text around the words that were searched for. */
export class TextExcerpts implements Migration {
  readonly name = 'text-excerpts-0202611261910';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query('grant execute on function telemetry.text_of(text, jsonb) to syn_gateway');
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('revoke execute on function telemetry.text_of(text, jsonb) from syn_gateway');
  }
}
