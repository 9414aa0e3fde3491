import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

const CONTROL = 'work_control_check';

/** Lets work be parked while a limit of a provider of models holds, and the process `resume-limited` begin at the head of the log. */
export class ModelLimits implements Migration {
  readonly name = 'model-limits-0202611261003';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await this.#allow(queries, 'run', 'pause', 'park', 'interrupt', 'cancel');
    await queries.query(`select ops.register_process('resume-limited')`);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`delete from ops.processes where name = 'resume-limited'`);
    await queries.query(`update ops.work set control = 'pause' where control = 'park'`);
    await this.#allow(queries, 'run', 'pause', 'interrupt', 'cancel');
  }

  async #allow(queries: QueryRunner, ...controls: readonly string[]): Promise<void> {
    const list = controls.map((control) => `'${control}'`).join(', ');
    await queries.query(`alter table ops.work drop constraint ${CONTROL}`);
    await queries.query(`alter table ops.work add constraint ${CONTROL} check (control in (${list}))`);
  }
}
