-- The events of callers, newest first: those of services are most of the log and in no index.
create index events_of_callers on log.events (position)
  where metadata #>> '{actor,kind}' <> 'service';
create index events_by_caller on log.events ((metadata #>> '{actor,kind}'), (metadata #>> '{actor,id}'), position)
  where metadata #>> '{actor,kind}' <> 'service';

-- The last position recorded before an instant, 0 without any. Positions are dense and in the order of time, so halving finds it.
create function log.position_before(instant timestamptz) returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  low bigint := 0;
  high bigint := (select position from log.log_head) + 1;
  middle bigint;
begin
  while high - low > 1 loop
    middle := (low + high) / 2;
    if (select recorded_at from log.events where position = middle) < instant then
      low := middle;
    else
      high := middle;
    end if;
  end loop;
  return low;
end
$$;
revoke execute on function log.position_before from public;
grant execute on function log.position_before to syn_gateway;
