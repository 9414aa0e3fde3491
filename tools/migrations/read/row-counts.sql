-- The number of rows of a read model's table, by the values of some columns: `columns` names them, `value` is a JSON list.
create table read.row_counts (
  relation text,
  columns text,
  value jsonb,
  rows bigint not null,
  primary key (relation, columns, value)
);
grant select, insert, update, delete on read.row_counts to syn_projection_worker;
grant select on read.row_counts to syn_gateway;

-- Its arguments are lists of columns; an empty one counts all rows. Only changed values are written.
create function read.count_rows() returns trigger
language plpgsql as $$
declare
  relation constant text := format('%s.%s', tg_table_schema, tg_table_name);
  columns text;
  changes text;
begin
  if tg_op = 'TRUNCATE' then
    delete from read.row_counts known where known.relation = format('%s.%s', tg_table_schema, tg_table_name);
    return null;
  end if;
  foreach columns in array tg_argv loop
    changes := concat_ws(' union all ',
      case when tg_op <> 'DELETE' then format('select jsonb_build_array(%s) as value, 1 as change from added', columns) end,
      case when tg_op <> 'INSERT' then format('select jsonb_build_array(%s) as value, -1 as change from removed', columns) end);
    execute format(
      'insert into read.row_counts as known (relation, columns, value, rows)
       select $1, $2, value, sum(change) from (%s) changes group by value having sum(change) <> 0
       on conflict (relation, columns, value) do update set rows = known.rows + excluded.rows', changes)
      using relation, columns;
  end loop;
  return null;
end $$;
revoke all on function read.count_rows from public;
