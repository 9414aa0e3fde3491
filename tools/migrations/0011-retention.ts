import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The time at which work was closed, so that old work can be deleted. Contracting: older builds close work without it. */
export class Retention implements Migration {
  readonly name = 'retention-0000000000011';
  readonly kind = 'contracting';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      alter table ops.work add column closed_at timestamptz;
      update ops.work set closed_at = clock_timestamp() where state = 'closed';
      alter table ops.work add check ((state = 'closed') = (closed_at is not null));
      create index work_closed on ops.work (closed_at) where state = 'closed' and parked_on is null;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('alter table ops.work drop column closed_at');
  }
}
