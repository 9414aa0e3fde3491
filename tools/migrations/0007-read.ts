import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who projects what, and how far: the machinery of the read models. */
export class Read implements MigrationInterface {
  readonly name = 'read-0000000000007';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      create table read.workers (
        worker text primary key,
        expires_at timestamptz not null
      ) with (fillfactor = 50);

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
      grant select on read.workers, read.checkpoints to syn_gateway;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('drop table read.checkpoints, read.workers');
  }
}
