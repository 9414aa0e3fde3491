import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The collector checks API keys, and finds the executions of the sessions that others report. */
export class Ingestion implements Migration {
  readonly name = 'ingestion-0202611261705';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      grant usage on schema log to syn_collector;
      grant select on ops.api_keys, ops.api_key_state to syn_collector;
      grant select (session_id, execution_id, phase_id) on ops.work to syn_collector;
      grant select (store_epoch) on log.log_head to syn_collector;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      revoke select (store_epoch) on log.log_head from syn_collector;
      revoke select (session_id, execution_id, phase_id) on ops.work from syn_collector;
      revoke select on ops.api_keys, ops.api_key_state from syn_collector;
      revoke usage on schema log from syn_collector;
    `);
  }
}
