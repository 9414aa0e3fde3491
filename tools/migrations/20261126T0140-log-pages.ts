import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Pages of the log and of its streams are bounded by bytes. */
export class LogPages implements Migration {
  readonly name = 'log-pages-0202611260140';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'log', 'pages.sql'), 'utf8'));
    await queries.query(`
      revoke execute on function log.size_of, log.page_after, log.stream_page_after from public;
      grant execute on function log.size_of, log.page_after to syn_command_service, syn_projection_worker;
      grant execute on function log.stream_page_after to syn_command_service;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('drop function log.stream_page_after, log.page_after, log.size_of');
  }
}
