-- Each time the log turned out to lack events that had been read: it was restored, or an older copy took its place.
create table log.restorations (
  epoch uuid primary key,
  -- The last position that both lives of the log share, and the place that it no longer had.
  shared bigint not null,
  seen bigint not null,
  began_at timestamptz not null default clock_timestamp()
);

-- Begins a new epoch, once for each epoch that ends, and moves everything that counts in it behind the last shared position.
-- What was restored together with the log is behind it already, and goes on.
create function log.begin_epoch(of_epoch uuid, shared_position bigint, seen_position bigint) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  head log.log_head;
  last_shared bigint;
begin
  select * into head from log.log_head for update;
  if head.store_epoch <> of_epoch then
    return;
  end if;
  last_shared := least(shared_position, head.position);
  update log.log_head set store_epoch = gen_random_uuid() returning * into head;
  insert into log.restorations (epoch, shared, seen) values (head.store_epoch, last_shared, seen_position);

  delete from log.claims c where not exists (select from log.events e where e.stream_id = c.stream_id);
  perform ops.enter_epoch(of_epoch, head.store_epoch, last_shared);
  perform read.enter_epoch(of_epoch, head.store_epoch, last_shared);
end
$$;

-- Processes repeat what followed the last shared position; work, timers and backlogs of events that are gone go with them.
-- Tokens rise beyond those that the lost life of the log may have given out.
create function ops.enter_epoch(old_epoch uuid, new_epoch uuid, last_shared bigint) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
begin atomic
  update ops.relay set position = least(position, last_shared), epoch = new_epoch;
  delete from ops.process_backlog where position > last_shared;
  delete from ops.parked_process_events where position > last_shared;
  update ops.processes
  set position = least(position, last_shared), reader_position = least(reader_position, last_shared),
      epoch = new_epoch, moved_at = clock_timestamp()
  where epoch = old_epoch;
  delete from ops.timers where position > last_shared;
  delete from ops.work w where not exists (select from log.events e where e.stream_id = 'execution-' || w.execution_id);
  update ops.work
  set as_of = least(as_of, last_shared), token = case when state = 'leased' then token else token + 1000000 end;
end;

-- A read model that holds rows of events that are gone is folded anew. Caches begin anew: they may hold such rows.
create function read.enter_epoch(old_epoch uuid, new_epoch uuid, last_shared bigint) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  checkpoint read.checkpoints;
begin
  delete from read.parked_events where position > last_shared;
  for checkpoint in
    select * from read.checkpoints where store_epoch = old_epoch order by projection, version for update
  loop
    if checkpoint.position > last_shared then
      execute format('delete from read.%I', checkpoint.projection || '_v' || checkpoint.version);
    end if;
    update read.checkpoints c
    set store_epoch = new_epoch,
        position = case when c.position > last_shared then 0 else c.position end,
        cached_position = case when c.position > last_shared then 0 else c.position end,
        cache_epoch = case when c.cache_epoch is not null then gen_random_uuid() end,
        status = case when c.position >= last_shared then 'live' else c.status end,
        error = case when c.position < last_shared then c.error end,
        failing_event = case when c.position < last_shared then c.failing_event end,
        moved_at = clock_timestamp()
    where (c.projection, c.version, c.shard) = (checkpoint.projection, checkpoint.version, checkpoint.shard);
  end loop;
end
$$;
