-- Roll-ups by minute, hour and day have the same names and columns in both layouts: tables that triggers keep, or continuous aggregates.
-- Their keys include the session: a session is written by one transaction at a time, so that no row is contended.
create function telemetry.roll_ups() returns table (name text, source text, unit text, keep interval)
language sql immutable as $$
  select format('%s_by_%s', source, unit), source, unit, keep
  from (values ('minute', interval '14 days'), ('hour', interval '100 days'), ('day', interval '400 days')) units (unit, keep),
    (values ('usage'), ('tool_calls')) sources (source)
$$;

create function telemetry.roll_up_usage() returns trigger
language plpgsql as $$
declare
  unit text;
  changes constant text := case tg_op
    when 'INSERT' then 'select 1 as sign, * from added where counted'
    else 'select 1 as sign, * from added where counted union all select -1, * from removed where counted' end;
begin
  foreach unit in array array['minute', 'hour', 'day'] loop
    execute format(
      'insert into telemetry.usage_by_%1$s as known
       select date_trunc(%1$L, time, ''UTC''), session_id, execution_id, phase_id, model, sum(sign), sum(sign * input_tokens),
         sum(sign * output_tokens), sum(sign * cache_creation_tokens), sum(sign * cache_read_tokens),
         coalesce(sum(sign * cost_usd), 0), sum(sign) - coalesce(sum(sign) filter (where cost_usd is not null), 0)
       from (%2$s) changes group by 1, 2, 3, 4, 5 order by 1, 2, 5
       on conflict (bucket, session_id, model) do update set
         calls = known.calls + excluded.calls,
         input_tokens = known.input_tokens + excluded.input_tokens,
         output_tokens = known.output_tokens + excluded.output_tokens,
         cache_creation_tokens = known.cache_creation_tokens + excluded.cache_creation_tokens,
         cache_read_tokens = known.cache_read_tokens + excluded.cache_read_tokens,
         cost_usd = known.cost_usd + excluded.cost_usd,
         unpriced = known.unpriced + excluded.unpriced', unit, changes);
  end loop;
  return null;
end $$;

create function telemetry.roll_up_tool_calls() returns trigger
language plpgsql as $$
declare
  unit text;
begin
  foreach unit in array array['minute', 'hour', 'day'] loop
    execute format(
      'insert into telemetry.tool_calls_by_%1$s as known
       select date_trunc(%1$L, time, ''UTC''), session_id, execution_id, phase_id, tool, latency_class,
         count(*) filter (where outcome = ''started''), count(*) filter (where outcome = ''succeeded''),
         count(*) filter (where outcome = ''failed''), count(*) filter (where outcome = ''blocked''), coalesce(sum(duration_ms), 0)
       from added group by 1, 2, 3, 4, 5, 6 order by 1, 2, 5, 6
       on conflict (bucket, session_id, tool, latency_class) do update set
         started = known.started + excluded.started,
         succeeded = known.succeeded + excluded.succeeded,
         failed = known.failed + excluded.failed,
         blocked = known.blocked + excluded.blocked,
         duration_ms = known.duration_ms + excluded.duration_ms', unit);
  end loop;
  return null;
end $$;

-- Tables of the native layout, filled from the facts that are there.
create function telemetry.create_native_roll_ups() returns void
language plpgsql as $$
declare
  unit text;
begin
  foreach unit in array array['minute', 'hour', 'day'] loop
    execute format(
      'create table telemetry.usage_by_%1$s (
         bucket timestamptz not null, session_id text not null, execution_id text, phase_id text, model text not null,
         calls numeric not null, input_tokens numeric not null, output_tokens numeric not null, cache_creation_tokens numeric not null,
         cache_read_tokens numeric not null, cost_usd numeric not null, unpriced numeric not null,
         primary key (bucket, session_id, model));
       create index on telemetry.usage_by_%1$s (execution_id, bucket);
       create index on telemetry.usage_by_%1$s (session_id);
       create table telemetry.tool_calls_by_%1$s (
         bucket timestamptz not null, session_id text not null, execution_id text, phase_id text, tool text not null,
         latency_class smallint not null, started bigint not null, succeeded bigint not null, failed bigint not null,
         blocked bigint not null, duration_ms float8 not null,
         primary key (bucket, session_id, tool, latency_class));
       create index on telemetry.tool_calls_by_%1$s (execution_id, bucket);
       create index on telemetry.tool_calls_by_%1$s (session_id);
       insert into telemetry.usage_by_%1$s
         select date_trunc(%1$L, time, ''UTC''), session_id, min(execution_id), min(phase_id), model, count(*), sum(input_tokens),
           sum(output_tokens), sum(cache_creation_tokens), sum(cache_read_tokens), coalesce(sum(cost_usd), 0), count(*) - count(cost_usd)
         from telemetry.usage where counted group by 1, 2, 5;
       insert into telemetry.tool_calls_by_%1$s
         select date_trunc(%1$L, time, ''UTC''), session_id, min(execution_id), min(phase_id), tool, latency_class,
           count(*) filter (where outcome = ''started''), count(*) filter (where outcome = ''succeeded''),
           count(*) filter (where outcome = ''failed''), count(*) filter (where outcome = ''blocked''), coalesce(sum(duration_ms), 0)
         from telemetry.tool_calls group by 1, 2, 5, 6;
       grant select, insert, update, delete on telemetry.usage_by_%1$s, telemetry.tool_calls_by_%1$s to syn_collector;
       grant select on telemetry.usage_by_%1$s, telemetry.tool_calls_by_%1$s to syn_gateway', unit);
  end loop;
  create trigger roll_up_added after insert on telemetry.usage referencing new table as added
    for each statement execute function telemetry.roll_up_usage();
  create trigger roll_up_changed after update on telemetry.usage referencing new table as added old table as removed
    for each statement execute function telemetry.roll_up_usage();
  create trigger roll_up_added after insert on telemetry.tool_calls referencing new table as added
    for each statement execute function telemetry.roll_up_tool_calls();
end $$;

-- Continuous aggregates of the other layout. TimescaleDB refreshes what has changed within the last eight days, which covers late events.
create function telemetry.create_continuous_roll_ups() returns void
language plpgsql as $$
declare
  unit text;
  view text;
  extension constant text := telemetry.timescale_schema();
begin
  foreach unit in array array['minute', 'hour', 'day'] loop
    execute format(
      'create materialized view telemetry.usage_by_%1$s with (timescaledb.continuous, timescaledb.materialized_only = false) as
       select %2$I.time_bucket(interval ''1 %1$s'', time) as bucket, session_id, execution_id, phase_id, model, count(*)::numeric as calls,
         sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens,
         sum(cache_creation_tokens) as cache_creation_tokens, sum(cache_read_tokens) as cache_read_tokens,
         coalesce(sum(cost_usd), 0) as cost_usd, (count(*) - count(cost_usd))::numeric as unpriced
       from telemetry.usage where counted group by 1, 2, 3, 4, 5 with no data', unit, extension);
    execute format(
      'create materialized view telemetry.tool_calls_by_%1$s with (timescaledb.continuous, timescaledb.materialized_only = false) as
       select %2$I.time_bucket(interval ''1 %1$s'', time) as bucket, session_id, execution_id, phase_id, tool, latency_class,
         count(*) filter (where outcome = ''started'') as started, count(*) filter (where outcome = ''succeeded'') as succeeded,
         count(*) filter (where outcome = ''failed'') as failed, count(*) filter (where outcome = ''blocked'') as blocked,
         coalesce(sum(duration_ms), 0) as duration_ms
       from telemetry.tool_calls group by 1, 2, 3, 4, 5, 6 with no data', unit, extension);
    foreach view in array array['usage_by_' || unit, 'tool_calls_by_' || unit] loop
      execute format(
        'select %1$I.add_continuous_aggregate_policy(%2$L, start_offset => interval ''8 days'', end_offset => interval ''1 %3$s'',
           schedule_interval => interval ''1 minute'', buckets_per_batch => 1440)', extension, 'telemetry.' || view, unit);
      execute format('grant select on telemetry.%I to syn_collector, syn_gateway', view);
    end loop;
  end loop;
  -- Readers call what the views call, and PUBLIC has no functions here.
  execute 'grant execute on all functions in schema _timescaledb_functions to syn_collector, syn_gateway';
  execute format('grant execute on function %I.time_bucket(interval, timestamptz) to syn_collector, syn_gateway', extension);
end $$;
