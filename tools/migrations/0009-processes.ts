import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Processes begin at the head of this moment: nothing that happened before starts anything. */
export class Processes implements MigrationInterface {
  readonly name = 'processes-0000000000009';

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
