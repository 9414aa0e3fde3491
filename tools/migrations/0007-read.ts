import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Workers, and the checkpoint of each projection. Every read model brings its own table in a later migration. */
export class Read implements Migration {
  readonly name = 'read-0000000000007';
  readonly kind = 'expanding';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table read.workers (
        worker text primary key,
        expires_at timestamptz not null
      ) with (fillfactor = 50);

      -- A worker owns the checkpoints that name it until its row in read.workers expires.
      create table read.checkpoints (
        projection text not null,
        version int not null,
        shard int not null default 0,
        position bigint not null default 0,
        store_epoch uuid not null,
        cached_position bigint not null default 0,
        cache_epoch uuid,
        owner text,
        status text not null default 'live' check (status in ('live', 'retrying', 'stopped')),
        error text,
        primary key (projection, version, shard)
      ) with (fillfactor = 50);

      grant select, insert, update, delete on read.workers, read.checkpoints to syn_projection_worker;
      grant select on read.checkpoints to syn_gateway;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table read.checkpoints, read.workers');
  }
}
