import type { QueryRunner } from 'typeorm';

/**
 * Keeps the counts of a table's rows from now on, by each of these lists of columns, and counts those that are there.
 * Migrations that have run depend on these statements, so they never change.
 */
export async function countRows(queries: QueryRunner, table: string, counted: readonly string[]): Promise<void> {
  const by = counted.map((columns) => `'${columns}'`).join(', ');
  const on = (event: string, states: string) =>
    `create trigger count_${event} after ${event} on ${table} ${states} for each statement execute function read.count_rows(${by});`;
  // The first trigger locks the table against writers until the end of the migration.
  await queries.query(`
    ${on('insert', 'referencing new table as added')}
    ${on('update', 'referencing old table as removed new table as added')}
    ${on('delete', 'referencing old table as removed')}
    ${on('truncate', '')}
  `);
  await queries.query(`
    do $$ begin
      if to_regproc('read.plan_counts') is not null then perform read.plan_counts('${table}'); end if;
    end $$`);
  await queries.query(`delete from read.row_counts where relation = '${table}'`);
  for (const columns of counted) {
    await queries.query(`
      insert into read.row_counts (relation, columns, value, rows)
      select '${table}', '${columns}', jsonb_build_array(${columns}), count(*) from ${table} group by 3 having count(*) > 0
    `);
  }
}
