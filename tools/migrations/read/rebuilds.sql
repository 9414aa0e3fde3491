-- The last rebuild of each version of a read model: into a table beside the one that is read, which it replaces.
create table read.rebuilds (
  projection text not null,
  version int not null,
  -- The version that is read until then: the same one where an operator has asked for the rebuild.
  replaces int not null,
  status text not null default 'filling'
    check (status in ('filling', 'equal', 'differs', 'accepted', 'taken_over', 'stopped')),
  -- What both tables had at the same position.
  comparison jsonb,
  started_by text not null,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (projection, version)
);
grant select, insert, update, delete on read.rebuilds to syn_projection_worker;
grant select on read.rebuilds to syn_gateway;

-- Makes an empty table of the same shape: with its indexes, its rights, and the triggers that count its rows.
create function read.make_table_like(original text, copy text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  definition text;
begin
  execute format('create table read.%I (like read.%I including all)', copy, original);
  execute format('grant select, insert, update, delete on read.%I to syn_projection_worker', copy);
  execute format('grant select on read.%I to syn_gateway', copy);
  for definition in
    select pg_get_triggerdef(oid) from pg_trigger
    where tgrelid = format('read.%I', original)::regclass and not tgisinternal
  loop
    execute replace(definition, format(' ON read.%I ', original), format(' ON read.%I ', copy));
  end loop;
end
$$;

-- Begins to fold a read model anew, from the first event. Returns `done`, `rebuilding` or `unknown`.
create function read.start_rebuild(name text, who text) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  current int;
begin
  select max(version) into current from read.checkpoints where projection = name and name not like '%\_rebuild';
  if current is null then
    return 'unknown';
  end if;
  insert into read.rebuilds as known (projection, version, replaces, started_by) values (name, current, current, who)
  on conflict (projection, version) do update
  set replaces = current, status = 'filling', comparison = null, started_by = who, started_at = clock_timestamp(), ended_at = null
  where known.status in ('taken_over', 'stopped');
  if not found then
    return 'rebuilding';
  end if;
  perform read.make_table_like(name || '_v' || current, name || '_rebuild_v' || current);
  insert into read.checkpoints (projection, version, store_epoch)
  select name || '_rebuild', current, store_epoch from log.log_head;
  return 'done';
end
$$;

-- The names of all read models.
create function read.projections() returns table (projection text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select distinct projection from read.checkpoints where projection not like '%\_rebuild' order by 1;
end;

-- Ends a rebuild and drops its table. Returns `done`, `not_rebuilding` or `unknown`. Idempotent.
create function read.stop_rebuild(name text) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  rebuild read.rebuilds;
begin
  select * into rebuild from read.rebuilds where projection = name and replaces = version order by version desc limit 1;
  if rebuild.status = 'stopped' then
    return 'done';
  end if;
  if rebuild.status is null or rebuild.status = 'taken_over' then
    return case when exists (select from read.checkpoints where projection = name) then 'not_rebuilding' else 'unknown' end;
  end if;
  -- Before the row, as in read.take_over.
  execute format('drop table if exists read.%I', name || '_rebuild_v' || rebuild.version);
  update read.rebuilds set status = 'stopped', ended_at = clock_timestamp()
  where (projection, version) = (name, rebuild.version) and status not in ('taken_over', 'stopped');
  if found then
    delete from read.row_counts where relation = format('read.%s_rebuild_v%s', name, rebuild.version);
    delete from read.checkpoints where (projection, version) = (name || '_rebuild', rebuild.version);
    delete from read.parked_events where (projection, version) = (name || '_rebuild', rebuild.version);
  end if;
  return 'done';
end
$$;

-- Lets a rebuild take over although its table differs. Returns `done`, `not_differing` or `unknown`. Idempotent.
create function read.accept_rebuild(name text) returns text
language sql volatile security definer
set search_path = pg_catalog, pg_temp
begin atomic
  update read.rebuilds set status = 'accepted' where projection = name and status = 'differs';
  select case
    when exists (select from read.rebuilds where projection = name and status = 'accepted') then 'done'
    when exists (select from read.checkpoints where projection = name) then 'not_differing'
    else 'unknown'
  end;
end;

-- Puts a rebuilt table in the place of the one that is read, where both are at the same position. Readers and writers wait
-- for half a second at most; afterwards it fails, and is tried again. Returns `done`, `apart` or `not_ready`.
create function read.take_over(name text, of_version int) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms' as $$
declare
  original constant text := name || '_v' || of_version;
  copy constant text := name || '_rebuild_v' || of_version;
  indexes jsonb;
  becomes text;
  is_now text;
begin
  if to_regclass(format('read.%I', copy)) is null then
    return 'not_ready';
  end if;
  -- Tables before rows: the statements that store rows lock in this order.
  execute format('lock table read.%I, read.%I in access exclusive mode', original, copy);
  perform from read.rebuilds
  where (projection, version, replaces) = (name, of_version, of_version) and status in ('equal', 'accepted') for update;
  if not found then
    return 'not_ready';
  end if;
  perform from read.checkpoints c join read.checkpoints b using (version, position, store_epoch)
  where c.projection = name and b.projection = name || '_rebuild' and version = of_version for update;
  if not found then
    return 'apart';
  end if;

  select jsonb_object_agg(o.relname, c.relname) into indexes
  from pg_index oi join pg_class o on o.oid = oi.indexrelid, pg_index ci join pg_class c on c.oid = ci.indexrelid
  where oi.indrelid = format('read.%I', original)::regclass and ci.indrelid = format('read.%I', copy)::regclass
    and oi.indisprimary = ci.indisprimary
    and split_part(pg_get_indexdef(oi.indexrelid), ' USING ', 2) = split_part(pg_get_indexdef(ci.indexrelid), ' USING ', 2);
  execute format('drop table read.%I', original);
  execute format('alter table read.%I rename to %I', copy, original);
  -- Later migrations name indexes as the first table of this version had them.
  for becomes, is_now in select * from jsonb_each_text(indexes) loop
    execute format('alter index if exists read.%I rename to %I', is_now, becomes);
  end loop;

  delete from read.row_counts where relation = 'read.' || original;
  update read.row_counts set relation = 'read.' || original where relation = 'read.' || copy;
  insert into read.parked_events
  select name, version, position, event, error, reason, parked_by, parked_at from read.parked_events
  where (projection, version) = (name || '_rebuild', of_version) on conflict do nothing;
  delete from read.parked_events where (projection, version) = (name || '_rebuild', of_version);
  delete from read.checkpoints where (projection, version) = (name || '_rebuild', of_version);
  update read.checkpoints set cache_epoch = case when cache_epoch is not null then gen_random_uuid() end
  where (projection, version) = (name, of_version);
  update read.rebuilds set status = 'taken_over', ended_at = clock_timestamp()
  where (projection, version) = (name, of_version);
  return 'done';
end
$$;

grant execute on function read.projections, read.start_rebuild, read.stop_rebuild, read.accept_rebuild to syn_command_service;
grant execute on function read.take_over to syn_projection_worker;
