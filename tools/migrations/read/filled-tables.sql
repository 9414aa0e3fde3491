-- Makes an empty table of the same shape with its rights. It gets its other indexes, and the triggers that count its rows, once it is filled.
create or replace function read.make_table_like(original text, copy text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  primary_key text;
begin
  select pg_get_constraintdef(oid) into primary_key from pg_constraint
  where conrelid = format('read.%I', original)::regclass and contype = 'p';
  execute format('create table read.%I (like read.%I including all excluding indexes)', copy, original);
  execute format('alter table read.%I add %s', copy, primary_key);
  execute format('grant select, insert, update, delete on read.%I to syn_projection_worker', copy);
  execute format('grant select on read.%I to syn_gateway', copy);
end
$$;

-- Gives the table of a rebuild the indexes and the counts of the table that is read. Idempotent.
create function read.finish_rebuild(name text, of_version int) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  original constant text := format('read.%I', name || '_v' || of_version);
  copy constant text := format('read.%I', name || '_rebuild_v' || of_version);
  definition text;
  columns text;
begin
  if to_regclass(copy) is null then
    return;
  end if;
  for definition in
    select split_part(pg_get_indexdef(indexrelid), ' USING ', 2) from pg_index where indrelid = original::regclass and not indisprimary
    except all
    select split_part(pg_get_indexdef(indexrelid), ' USING ', 2) from pg_index where indrelid = copy::regclass
  loop
    execute format('create index on %s using %s', copy, definition);
  end loop;

  if exists (select from pg_trigger where tgrelid = copy::regclass and not tgisinternal) then
    return;
  end if;
  -- The first trigger locks the table against writers until the end: each row is counted once.
  for definition in select pg_get_triggerdef(oid) from pg_trigger where tgrelid = original::regclass and not tgisinternal loop
    execute replace(definition, format(' ON %s ', original), format(' ON %s ', copy));
  end loop;
  for columns in
    select argument from pg_trigger, string_to_table(encode(tgargs, 'escape'), '\000') with ordinality a (argument, ordinal)
    where tgrelid = copy::regclass and tgname = 'count_insert' and ordinal <= tgnargs
  loop
    execute format(
      'insert into read.row_counts (relation, columns, value, rows)
       select $1, $2, jsonb_build_array(%s), count(*) from %s group by 3 having count(*) > 0
       on conflict (relation, columns, value) do update set rows = excluded.rows', columns, copy)
      using copy, columns;
  end loop;
end
$$;

-- As before, for a table that is finished: that of a worker of an older build is finished here.
alter function read.take_over rename to exchange_tables;
revoke execute on function read.exchange_tables from syn_projection_worker;

create function read.take_over(name text, of_version int) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  perform read.finish_rebuild(name, of_version);
  return read.exchange_tables(name, of_version);
end
$$;

grant execute on function read.finish_rebuild, read.take_over to syn_projection_worker;
