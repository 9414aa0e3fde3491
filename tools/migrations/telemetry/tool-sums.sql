-- Sums of tools over all sessions. Their rows are few, so a dashboard reads them at once; minutes are read for two days at most, from the
-- roll-ups of sessions. In the native layout each writer has rows of its own, so that collectors seldom wait for each other.
alter function telemetry.roll_ups rename to session_roll_ups;
alter function telemetry.create_native_roll_ups rename to create_native_session_roll_ups;
alter function telemetry.create_continuous_roll_ups rename to create_continuous_session_roll_ups;

create function telemetry.roll_ups() returns table (name text, source text, unit text, keep interval)
language sql immutable as $$
  select * from telemetry.session_roll_ups()
  union all select 'tool_sums_by_' || unit, 'tool_calls', unit, keep from telemetry.session_roll_ups()
    where source = 'tool_calls' and unit <> 'minute'
$$;

create function telemetry.roll_up_tool_sums() returns trigger
language plpgsql as $$
declare
  unit text;
begin
  foreach unit in array array['hour', 'day'] loop
    execute format(
      'insert into telemetry.tool_sums_by_%1$s as known
       select date_trunc(%1$L, time, ''UTC''), tool, latency_class, pg_backend_pid() %% 4,
         count(*) filter (where outcome = ''started''), count(*) filter (where outcome = ''succeeded''),
         count(*) filter (where outcome = ''failed''), count(*) filter (where outcome = ''blocked''), coalesce(sum(duration_ms), 0)
       from added group by 1, 2, 3 order by 1, 2, 3
       on conflict (bucket, tool, latency_class, writer) do update set
         started = known.started + excluded.started,
         succeeded = known.succeeded + excluded.succeeded,
         failed = known.failed + excluded.failed,
         blocked = known.blocked + excluded.blocked,
         duration_ms = known.duration_ms + excluded.duration_ms', unit);
  end loop;
  return null;
end $$;

create function telemetry.create_native_tool_sums() returns void
language plpgsql as $$
declare
  unit text;
begin
  foreach unit in array array['hour', 'day'] loop
    execute format(
      'create table telemetry.tool_sums_by_%1$s (
         bucket timestamptz not null, tool text not null, latency_class smallint not null, writer smallint not null, started bigint not null,
         succeeded bigint not null, failed bigint not null, blocked bigint not null, duration_ms float8 not null,
         primary key (bucket, tool, latency_class, writer)) with (fillfactor = 70);
       insert into telemetry.tool_sums_by_%1$s
         select date_trunc(%1$L, time, ''UTC''), tool, latency_class, 0,
           count(*) filter (where outcome = ''started''), count(*) filter (where outcome = ''succeeded''),
           count(*) filter (where outcome = ''failed''), count(*) filter (where outcome = ''blocked''), coalesce(sum(duration_ms), 0)
         from telemetry.tool_calls group by 1, 2, 3;
       grant select, insert, update, delete on telemetry.tool_sums_by_%1$s to syn_collector;
       grant select on telemetry.tool_sums_by_%1$s to syn_gateway', unit);
  end loop;
  create trigger roll_up_sums_added after insert on telemetry.tool_calls referencing new table as added
    for each statement execute function telemetry.roll_up_tool_sums();
end $$;

-- The jobs begin with what was stored before the aggregates were there; later runs refresh what has changed.
create function telemetry.create_continuous_tool_sums() returns void
language plpgsql as $$
declare
  unit text;
  extension constant text := telemetry.timescale_schema();
begin
  foreach unit in array array['hour', 'day'] loop
    execute format(
      'create materialized view telemetry.tool_sums_by_%1$s with (timescaledb.continuous, timescaledb.materialized_only = false) as
       select %2$I.time_bucket(interval ''1 %1$s'', time) as bucket, tool, latency_class,
         count(*) filter (where outcome = ''started'') as started, count(*) filter (where outcome = ''succeeded'') as succeeded,
         count(*) filter (where outcome = ''failed'') as failed, count(*) filter (where outcome = ''blocked'') as blocked,
         coalesce(sum(duration_ms), 0) as duration_ms
       from telemetry.tool_calls group by 1, 2, 3 with no data', unit, extension);
    execute format(
      'select %1$I.add_continuous_aggregate_policy(''telemetry.tool_sums_by_%2$s'', start_offset => null, end_offset => interval ''1 %2$s'',
         schedule_interval => interval ''1 minute'', buckets_per_batch => 1440)', extension, unit);
    execute format('grant select on telemetry.tool_sums_by_%s to syn_collector, syn_gateway', unit);
  end loop;
end $$;

create function telemetry.create_native_roll_ups() returns void
language sql as $$
  select telemetry.create_native_session_roll_ups();
  select telemetry.create_native_tool_sums();
$$;

create function telemetry.create_continuous_roll_ups() returns void
language sql as $$
  select telemetry.create_continuous_session_roll_ups();
  select telemetry.create_continuous_tool_sums();
$$;
