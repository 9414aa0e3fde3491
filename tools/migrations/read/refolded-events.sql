-- Puts a rebuilt table in the place of the one that is read, where both are at the same position. Readers and writers wait
-- for half a second at most; afterwards it fails, and is tried again. What was parked before the rebuild began is folded in it,
-- or parked for it again. Returns `done`, `apart` or `not_ready`.
create or replace function read.take_over(name text, of_version int) returns text
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
  delete from read.parked_events p using read.rebuilds r
  where (p.projection, p.version) = (name, of_version) and (r.projection, r.version) = (name, of_version)
    and p.parked_at < r.started_at;
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

-- Parks the event at which a projection has stopped, and lets the projection continue after it: with its rebuild, if that has stopped
-- there too. Idempotent. Returns `done`, `not_stopped` or `unknown`.
create or replace function read.park_event(name text, at bigint, why text, who text) returns text
language sql volatile security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with parked as (
    insert into read.parked_events (projection, version, position, event, error, reason, parked_by)
    select projection, version, at, failing_event, error, why, who from read.checkpoints
    where projection = name and status = 'stopped' and position = at - 1 and failing_event is not null
    for update
    on conflict do nothing
    returning projection, version
  )
  update read.checkpoints c set status = 'retrying', error = null, failing_event = null
  from parked where c.version = parked.version and c.projection in (parked.projection, parked.projection || '_rebuild')
    and c.status = 'stopped' and c.position = at - 1;
  select case
    when exists (select from read.parked_events where projection = name and position = at) then 'done'
    when exists (select from read.checkpoints where projection = name) then 'not_stopped'
    else 'unknown'
  end;
end;
