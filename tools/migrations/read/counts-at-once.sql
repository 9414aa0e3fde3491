-- Its arguments are lists of columns; an empty one counts all rows. Only changed values are written.
create or replace function read.count_rows() returns trigger
language plpgsql as $$
declare
  relation constant text := format('%s.%s', tg_table_schema, tg_table_name);
  changes text;
begin
  if tg_op = 'TRUNCATE' then
    delete from read.row_counts known where known.relation = format('%s.%s', tg_table_schema, tg_table_name);
    return null;
  end if;
  -- An update removes as many rows as it adds.
  if tg_op = 'INSERT' then
    if not exists (select from added) then return null; end if;
  else
    if not exists (select from removed) then return null; end if;
  end if;

  select string_agg(concat_ws(' union all ',
      case when tg_op <> 'DELETE' then format('select %1$L as columns, jsonb_build_array(%1$s) as value, 1 as change from added', list) end,
      case when tg_op <> 'INSERT' then format('select %1$L as columns, jsonb_build_array(%1$s) as value, -1 as change from removed', list) end
    ), ' union all ' order by place)
    into changes from unnest(tg_argv) with ordinality as counted (list, place);
  execute format(
    'insert into read.row_counts as known (relation, columns, value, rows)
     select $1, columns, value, sum(change) from (%s) changes group by columns, value having sum(change) <> 0
     on conflict (relation, columns, value) do update set rows = known.rows + excluded.rows', changes)
    using relation;
  return null;
end $$;
