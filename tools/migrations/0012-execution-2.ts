import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Executions are folded anew: what was lost with a session is known now, and what an attempt left does not outlive it. */
export class Execution2 implements MigrationInterface {
  readonly name = 'execution-2-0000000000012';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      create table read.execution_v2 (like read.execution_v1 including all);
      grant select, insert, update, delete on read.execution_v2 to syn_projection_worker;
      grant select on read.execution_v2 to syn_gateway;
      insert into read.checkpoints (projection, version, store_epoch) select 'execution', 2, store_epoch from log.log_head;

      drop table read.execution_v1;
      delete from read.checkpoints where projection = 'execution' and version = 1;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      alter table read.execution_v2 rename to execution_v1;
      truncate read.execution_v1;
      update read.checkpoints set version = 1, position = 0, cached_position = 0, cache_epoch = null
      where projection = 'execution';
    `);
  }
}
