import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

const CONTROL = 'work_control_check';

/** Lets work be interrupted: its agent ends, and its workspace is kept for a retry. */
export class WorkInterrupt implements Migration {
  readonly name = 'work-interrupt-0202611260934';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`alter table ops.work drop constraint ${CONTROL}`);
    await queries.query(
      `alter table ops.work add constraint ${CONTROL} check (control in ('run', 'pause', 'interrupt', 'cancel'))`,
    );
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`alter table ops.work drop constraint ${CONTROL}`);
    await queries.query(`update ops.work set control = 'cancel' where control = 'interrupt'`);
    await queries.query(`alter table ops.work add constraint ${CONTROL} check (control in ('run', 'pause', 'cancel'))`);
  }
}
