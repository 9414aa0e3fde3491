import type { QueryRunner } from 'typeorm';

/** A read model whose rows have another content from now on: its next version begins empty and is folded from the log. */
export async function replaceVersion(queries: QueryRunner, projection: string, version: number): Promise<void> {
  const [before, after] = [`read.${projection}_v${version - 1}`, `read.${projection}_v${version}`];
  await queries.query(`
    create table ${after} (like ${before} including all);
    grant select, insert, update, delete on ${after} to syn_projection_worker;
    grant select on ${after} to syn_gateway;
    insert into read.checkpoints (projection, version, store_epoch)
    select '${projection}', ${version}, store_epoch from log.log_head;

    drop table ${before};
    delete from read.checkpoints where projection = '${projection}' and version = ${version - 1};
  `);
}

/** Back to the version before, which is folded from the log as well. */
export async function restoreVersion(queries: QueryRunner, projection: string, version: number): Promise<void> {
  await queries.query(`
    alter table read.${projection}_v${version} rename to ${projection}_v${version - 1};
    truncate read.${projection}_v${version - 1};
    update read.checkpoints set version = ${version - 1}, position = 0, cached_position = 0, cache_epoch = null
    where projection = '${projection}';
  `);
}
