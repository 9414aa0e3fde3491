-- Creates partitions ahead and drops what is older than its time. Then deletes the rows of executions and sessions that have no facts any more.
-- Collectors call it hourly; concurrent calls are harmless. Ids are remembered for 14 days, because events may arrive for seven.
create function telemetry.maintain(events interval, facts interval, hours interval, minutes interval, ahead int default 7) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  part record;
  gone constant timestamptz := now() - greatest(events, facts);
  extension constant text := telemetry.timescale_schema();
  is_native constant boolean := telemetry.layout() = 'native';
begin
  perform pg_advisory_xact_lock(4004001);
  for part in select name, unit, case when keep is null then events else facts end as keep from telemetry.time_tables() loop
    if is_native then
      perform telemetry.create_partitions(part.name, part.name, part.unit, ahead);
      perform telemetry.drop_partitions(part.name, part.unit, date_trunc('day', now() - part.keep, 'UTC'));
    else
      execute format('select %I.drop_chunks(%L, older_than => $1)', extension, 'telemetry.' || part.name)
        using date_trunc('day', now() - part.keep, 'UTC');
    end if;
  end loop;
  for part in
    select name, case unit when 'minute' then minutes when 'hour' then hours else facts end as keep from telemetry.roll_ups()
  loop
    if is_native then
      execute format('delete from telemetry.%I where bucket < $1', part.name) using now() - part.keep;
    else
      execute format('select %I.drop_chunks(%L, older_than => $1)', extension, 'telemetry.' || part.name) using now() - part.keep;
    end if;
  end loop;

  delete from telemetry.quarantine where received_at < clock_timestamp() - events;
  delete from telemetry.seen where seen_at < now() - interval '14 days';
  with ended as (delete from telemetry.session_totals where last_at < gone returning session_id),
    legs as (delete from telemetry.session_legs where session_id in (select session_id from ended)),
    models as (delete from telemetry.session_models where session_id in (select session_id from ended))
  delete from telemetry.session_leases where session_id in (select session_id from ended);
  delete from telemetry.session_leases lease where leased_at < gone
    and not exists (select from telemetry.session_totals total where total.session_id = lease.session_id);
  delete from telemetry.sequences where last_at < gone;
end $$;

-- The call of earlier builds, with the periods that they had.
create or replace function telemetry.maintain(keep interval default '90 days', ahead int default 7) returns void
language sql security definer set search_path = pg_catalog as $$
  select telemetry.maintain(keep, interval '400 days', interval '100 days', interval '14 days', ahead)
$$;

grant execute on function telemetry.maintain(interval, interval, interval, interval, int) to syn_collector;
