import type { Pool } from 'pg';
import { z } from 'zod';
import { parameters } from './rows';

/** A row that both tables do not have alike; `columns` names those that differ. */
const Difference = z.object({
  key: z.string(),
  kind: z.enum(['missing', 'added', 'changed']),
  columns: z.array(z.string()),
});

/** What two tables of a read model have, the one that is read and the one that replaces it, in one snapshot. */
export const Comparison = z.object({
  /** The positions of both. */
  before: z.int(),
  after: z.int(),
  rows_before: z.int(),
  rows_after: z.int(),
  /** Over all rows, in the columns that both have. */
  checksum_before: z.string(),
  checksum_after: z.string(),
  /** Rows that were compared column by column, and those of them that differ. */
  sampled: z.int(),
  sampled_different: z.int(),
  missing: z.int(),
  added: z.int(),
  changed: z.int(),
  /** The first of them by key. */
  differences: z.array(Difference),
});
export type Comparison = Readonly<z.infer<typeof Comparison>>;

/** The differences that are listed. */
const LISTED = 20;
const SAMPLE = 100;

/** A table of a read model, and the name and version of its checkpoint. */
export type ComparedTable = Readonly<{ name: string; version: number; table: string }>;

type Compared = Readonly<{
  before: ComparedTable;
  after: ComparedTable;
  key: string;
  /** The columns that both tables have. */
  columns: readonly string[];
  /** Compare rows that only one table can know by now: false where the positions of both may differ for good. */
  isExact: boolean;
}>;

/**
 * Compares two tables in one statement, so in one snapshot, and in the database: no row is loaded.
 * `undefined` where the positions differ and the comparison is to be exact. Values are compared as text, byte for byte.
 */
export async function compare(pool: Pool, compared: Compared): Promise<Comparison | undefined> {
  const { before, after, key, columns, isExact } = compared;
  const sql = parameters(before.name, before.version, after.name, after.version, isExact);
  // A row that changed behind the lower of two positions is known to one table alone.
  const shared = 'position <= (select least(before, after) from at)';
  const text = (alias: string) => `row(${columns.map((column) => `${alias}.${column}`).join(', ')})::text`;
  const summed = (table: string) => `(
    select json_build_object('rows', count(*), 'checksum', coalesce(sum(hashtextextended(${text('t')}, 0)::numeric), 0)::text)
    from ${table} t where $5 or ${shared})`;
  const differing = columns.map(
    (column) => `case when a.${column}::text is distinct from b.${column}::text then '${column}' end`,
  );
  const { rows } = await pool.query<{ comparison: unknown }>(
    `with at as materialized (
       select (select position from read.checkpoints where projection = $1 and version = $2) as before,
              (select position from read.checkpoints where projection = $3 and version = $4) as after
     ), sums as materialized (
       select ${summed(before.table)} as before, ${summed(after.table)} as after
       from at where not $5 or at.before = at.after
     ), pairs as (
       select coalesce(b.${key}, a.${key}) as key,
         case when a.${key} is null then 'missing' when b.${key} is null then 'added' else 'changed' end as kind,
         case when a.${key} is null or b.${key} is null then '{}' else array_remove(array[${differing.join(', ')}], null) end as columns
       from ${before.table} b full join ${after.table} a on a.${key} = b.${key}
       where (a.${key} is null or b.${key} is null or ${text('a')} <> ${text('b')})
         and ($5 or (coalesce(a.${shared}, true) and coalesce(b.${shared}, true)))
     ), sample as (
       select count(*) as sampled, count(*) filter (where ${text('a')} is distinct from ${text('b')}) as different
       from (select * from ${before.table} t where $5 or ${shared} order by hashtext(t.${key}), t.${key} limit ${SAMPLE}) b
       left join ${after.table} a on a.${key} = b.${key}
       where $5 or a.${key} is null or a.${shared}
     )
     select json_build_object(
       'before', at.before, 'after', at.after,
       'rows_before', sums.before->'rows', 'rows_after', sums.after->'rows',
       'checksum_before', sums.before->>'checksum', 'checksum_after', sums.after->>'checksum',
       'sampled', sample.sampled, 'sampled_different', sample.different,
       'missing', found.missing, 'added', found.added, 'changed', found.changed, 'differences', found.first
     ) as comparison
     from at, sums, sample, lateral (
       select count(*) filter (where kind = 'missing') as missing, count(*) filter (where kind = 'added') as added,
         count(*) filter (where kind = 'changed') as changed, coalesce((
           select json_agg(listed) from (select * from pairs order by key limit ${LISTED}) listed), '[]') as first
       from pairs where sums.before::text <> sums.after::text or sample.different > 0
     ) found`,
    sql.values,
  );
  return rows[0] && Comparison.parse(rows[0].comparison);
}

export const areEqual = (found: Comparison): boolean =>
  found.rows_before === found.rows_after &&
  found.checksum_before === found.checksum_after &&
  found.sampled_different === 0;
