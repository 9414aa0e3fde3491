-- Counts the rows of a table by the lists of columns that its triggers name, with statements of its own: Postgres plans them once per
-- connection, and those that `read.count_rows` puts together each time. A table of a rebuild has the functions of the one that it replaces.
create function read.plan_counts(counted regclass) returns void
language plpgsql as $$
declare
  own constant text := format('read.count_rows_of_%s', (select relname from pg_class where oid = counted));
  lists text[];
  arguments text;
  added text;
  removed text;
begin
  select array_agg(argument order by ordinal) into strict lists
    from pg_trigger, string_to_table(encode(tgargs, 'escape'), '\000') with ordinality a (argument, ordinal)
    where tgrelid = counted and tgname = 'count_insert' and ordinal <= tgnargs;
  select string_agg(quote_literal(list), ', ' order by place),
      string_agg(format('select %1$L as columns, jsonb_build_array(%1$s) as value, 1 as change from added', list), ' union all ' order by place),
      string_agg(format('select %1$L as columns, jsonb_build_array(%1$s) as value, -1 as change from removed', list), ' union all ' order by place)
    into arguments, added, removed from unnest(lists) with ordinality as each_list (list, place);

  execute format(
    'create or replace function %s() returns trigger language plpgsql as $counts$
     declare
       table_name constant text := format(''%%s.%%s'', tg_table_schema, tg_table_name);
     begin
       if tg_op = ''INSERT'' then
         if exists (select from added) then %s; end if;
       elsif tg_op = ''UPDATE'' then
         if exists (select from removed) then %s; end if;
       elsif exists (select from removed) then %s;
       end if;
       return null;
     end $counts$',
    own, read.counting_text(added), read.counting_text(added || ' union all ' || removed), read.counting_text(removed));
  execute format('revoke execute on function %s() from public', own);

  execute format('create or replace trigger count_insert after insert on %s referencing new table as added
    for each statement execute function %s(%s)', counted, own, arguments);
  execute format('create or replace trigger count_update after update on %s referencing old table as removed new table as added
    for each statement execute function %s(%s)', counted, own, arguments);
  execute format('create or replace trigger count_delete after delete on %s referencing old table as removed
    for each statement execute function %s(%s)', counted, own, arguments);
end $$;

-- Only changed values are written.
create function read.counting_text(changes text) returns text
language sql immutable
return format(
  'insert into read.row_counts as known (relation, columns, value, rows)
   select table_name, columns, value, sum(change) from (%s) changes group by columns, value having sum(change) <> 0
   on conflict (relation, columns, value) do update set rows = known.rows + excluded.rows', changes);

revoke execute on function read.plan_counts, read.counting_text from public;

select read.plan_counts(tgrelid) from pg_trigger where tgname = 'count_insert' and tgrelid in (
  select oid from pg_class where relnamespace = 'read'::regnamespace);
