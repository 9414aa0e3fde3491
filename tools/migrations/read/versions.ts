import type { QueryRunner } from 'typeorm';

/**
 * Replaces a read model's version by the next one, empty and of the same shape, to be folded from the log.
 * Contracting: builds of the version before lose their table. The expanding way is a generated migration per version.
 */
export async function replaceVersion(queries: QueryRunner, projection: string, version: number): Promise<void> {
  const [before, after] = [`read.${projection}_v${version - 1}`, `read.${projection}_v${version}`];
  await queries.query(`
    create table ${after} (like ${before} including all);
    grant select, insert, update, delete on ${after} to syn_projection_worker;
    grant select on ${after} to syn_gateway;
    insert into read.checkpoints (projection, version, store_epoch)
    select '${projection}', ${version}, store_epoch from log.log_head;
    ${copyOfTriggers(before, after)}
  `);
  await dropVersion(queries, projection, version - 1);
}

/** `like` copies no triggers: with them the counts of lists would end. */
const copyOfTriggers = (from: string, to: string): string => `
  do $$
  declare definition text;
  begin
    for definition in
      select pg_get_triggerdef(oid) from pg_trigger where tgrelid = '${from}'::regclass and not tgisinternal
    loop
      execute replace(definition, ' ON ${from} ', ' ON ${to} ');
    end loop;
  end $$;`;

/** Undoes `replaceVersion`: the version before is folded from the log again. */
export async function restoreVersion(queries: QueryRunner, projection: string, version: number): Promise<void> {
  await queries.query(`
    truncate read.${projection}_v${version};
    alter table read.${projection}_v${version} rename to ${projection}_v${version - 1};
    update read.checkpoints set version = ${version - 1}, position = 0, cached_position = 0, cache_epoch = null
    where projection = '${projection}';
  `);
}

/** For a contracting migration, once every build that reads this version is gone. */
export async function dropVersion(queries: QueryRunner, projection: string, version: number): Promise<void> {
  // The counts of its rows end with the rows.
  await queries.query(`
    truncate read.${projection}_v${version};
    drop table read.${projection}_v${version};
    delete from read.checkpoints where projection = '${projection}' and version = ${version};
  `);
}
