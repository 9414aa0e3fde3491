import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The gateway answers with executions as they were, which are folded from their events. */
export class PastExecutions implements Migration {
  readonly name = 'past-executions-0202611261315';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      grant select on log.events to syn_gateway;
      grant execute on function log.size_of, log.stream_page_after to syn_gateway;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      revoke execute on function log.size_of, log.stream_page_after from syn_gateway;
      revoke select on log.events from syn_gateway;
    `);
  }
}
