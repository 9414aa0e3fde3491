import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The first processes begin at the head of the log: earlier events cause no command. */
export class Processes implements Migration {
  readonly name = 'processes-0000000000009';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      select ops.register_process(name)
      from unnest(array['run-phases', 'close-sessions', 'close-workspaces']) as process (name)
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`delete from ops.processes where name in ('run-phases', 'close-sessions', 'close-workspaces')`);
  }
}
