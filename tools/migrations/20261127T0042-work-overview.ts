import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Operators see runners and what waits for them. Names of secrets stay with command-service. */
export class WorkOverview implements Migration {
  readonly name = 'work-overview-0202611270042';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      create index work_parked on ops.work (runner) where state = 'parked';
      grant select (runner_id, seen_at, slots, backends, providers, agents) on ops.runners to syn_gateway;
      grant select (state, runner, backend, provider, queued_at) on ops.work to syn_gateway;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      drop index ops.work_parked;
      revoke select (runner_id, seen_at, slots, backends, providers, agents) on ops.runners from syn_gateway;
      revoke select (state, runner, backend, provider, queued_at) on ops.work from syn_gateway;
    `);
  }
}
