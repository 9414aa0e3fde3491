-- The two layouts of the tables that grow with time: native partitions, and hypertables of TimescaleDB.
create function telemetry.time_tables() returns table (name text, unit text, keep interval)
language sql immutable as $$
  values ('events', 'day', null::interval), ('texts', 'day', null), ('usage', 'month', '400 days'), ('tool_calls', 'month', '400 days')
$$;

create function telemetry.layout() returns text
language sql stable set search_path = pg_catalog as $$
  select case relkind when 'p' then 'native' else 'timescale' end from pg_class where oid = 'telemetry.events'::regclass
$$;

-- The schema of the extension's functions; null without the extension, or without its features of the community licence.
create function telemetry.timescale_schema() returns text
language sql stable set search_path = pg_catalog as $$
  select nspname::text from pg_extension join pg_namespace n on n.oid = extnamespace
  where extname = 'timescaledb' and coalesce(current_setting('timescaledb.license', true), 'timescale') = 'timescale'
$$;

create function telemetry.create_partition(parent text, named text, unit text, start timestamptz) returns void
language plpgsql set search_path = pg_catalog as $$
declare
  utc constant timestamp := start at time zone 'UTC';
  name constant text := parent || '_' || to_char(utc, case unit when 'day' then 'YYYYMMDD' else 'YYYYMM' end);
  ending constant timestamptz := (utc + ('1 ' || unit)::interval) at time zone 'UTC';
begin
  if to_regclass('telemetry.' || name) is not null then return; end if;
  execute format('lock table telemetry.%I in access exclusive mode', parent || '_default');
  execute format('create table telemetry.%I (like telemetry.%I including defaults)', name, named);
  execute format(
    'with moved as (delete from telemetry.%1$I where time >= %2$L and time < %3$L returning *)
     insert into telemetry.%4$I select * from moved', parent || '_default', start, ending, name);
  execute format('alter table telemetry.%I attach partition telemetry.%I for values from (%L) to (%L)', named, name, start, ending);
end $$;

-- Partitions for the days ahead, and for rows of the default partition.
create function telemetry.create_partitions(parent text, named text, unit text, ahead int) returns void
language plpgsql set search_path = pg_catalog as $$
declare
  start timestamptz;
begin
  for start in execute format(
    'select distinct date_trunc(%2$L, moment, ''UTC'') from (
       select now() + number * interval ''1 day'' from generate_series(0, $1) number
       union all select time from telemetry.%1$I) moments (moment)', parent || '_default', unit) using ahead
  loop
    perform telemetry.create_partition(parent, named, unit, start);
  end loop;
end $$;

create function telemetry.drop_partitions(parent text, unit text, before timestamptz) returns void
language plpgsql set search_path = pg_catalog as $$
declare
  old record;
begin
  for old in
    select relname from pg_inherits join pg_class on oid = inhrelid
    where inhparent = ('telemetry.' || parent)::regclass and relname ~ '_[0-9]{6,8}$'
      and (to_date(substring(relname from '[0-9]+$'), case unit when 'day' then 'YYYYMMDD' else 'YYYYMM' end)::timestamp
        + ('1 ' || unit)::interval) at time zone 'UTC' <= before
  loop
    execute format('drop table telemetry.%I', old.relname);
  end loop;
end $$;

-- Creates partitions ahead and drops those older than their time: events and texts after `keep`, facts and roll-ups after times of their own.
-- Then deletes the rows of executions and sessions that have no facts any more. Collectors call it hourly; concurrent calls are harmless.
create or replace function telemetry.maintain(keep interval default '90 days', ahead int default 7)
returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  part record;
  gone constant timestamptz := now() - greatest(keep, interval '400 days');
  extension constant text := telemetry.timescale_schema();
  is_native constant boolean := telemetry.layout() = 'native';
begin
  perform pg_advisory_xact_lock(4004001);
  for part in select name, unit, coalesce(t.keep, maintain.keep) as keep from telemetry.time_tables() t loop
    if is_native then
      perform telemetry.create_partitions(part.name, part.name, part.unit, ahead);
      perform telemetry.drop_partitions(part.name, part.unit, date_trunc('day', now() - part.keep, 'UTC'));
    else
      execute format('select %I.drop_chunks(%L, older_than => $1)', extension, 'telemetry.' || part.name)
        using date_trunc('day', now() - part.keep, 'UTC');
    end if;
  end loop;
  for part in select name, r.keep from telemetry.roll_ups() r loop
    if is_native then
      execute format('delete from telemetry.%I where bucket < $1', part.name) using now() - part.keep;
    else
      execute format('select %I.drop_chunks(%L, older_than => $1)', extension, 'telemetry.' || part.name) using now() - part.keep;
    end if;
  end loop;

  delete from telemetry.seen where seen_at < now() - interval '14 days';
  with ended as (delete from telemetry.session_totals where last_at < gone returning session_id),
    legs as (delete from telemetry.session_legs where session_id in (select session_id from ended)),
    models as (delete from telemetry.session_models where session_id in (select session_id from ended))
  delete from telemetry.session_leases where session_id in (select session_id from ended);
  delete from telemetry.session_leases lease where leased_at < gone
    and not exists (select from telemetry.session_totals total where total.session_id = lease.session_id);
  delete from telemetry.sequences where last_at < gone;
end $$;

-- A move copies the tables into ones of the other layout under the names `…_next`, and then exchanges them.
create function telemetry.begin_move(target text) returns void
language plpgsql as $$
declare
  part record;
  extension constant text := telemetry.timescale_schema();
begin
  if target not in ('native', 'timescale') then raise exception 'no layout is named %', target; end if;
  if target = 'timescale' and extension is null then raise exception 'the database does not have the extension timescaledb'; end if;
  perform pg_advisory_xact_lock(4004001);
  for part in select name, unit from telemetry.time_tables() loop
    execute format('drop table if exists telemetry.%I cascade', part.name || '_next');
    if target = 'native' then
      execute format('create table telemetry.%1$I (like telemetry.%2$I including defaults) partition by range (time)', part.name || '_next', part.name);
      execute format('create table telemetry.%I partition of telemetry.%I default', part.name || '_default', part.name || '_next');
      perform telemetry.create_partitions(part.name, part.name || '_next', part.unit, 7);
    else
      execute format('create table telemetry.%1$I (like telemetry.%2$I including defaults)', part.name || '_next', part.name);
      execute format(
        'select %1$I.create_hypertable(%2$L, %1$I.by_range(''time'', interval %3$L), create_default_indexes => false)',
        extension, 'telemetry.' || part.name || '_next', case part.unit when 'day' then '1 day' else '30 days' end);
    end if;
  end loop;
end $$;

-- Copies one day of a table. A day that is copied again replaces what was copied before.
create function telemetry.copy_day(part text, target text, day date) returns bigint
language plpgsql as $$
declare
  copied bigint;
  start constant timestamptz := day::timestamp at time zone 'UTC';
begin
  perform pg_advisory_xact_lock(4004001);
  if target = 'native' then
    perform telemetry.create_partition(part, part || '_next', unit, date_trunc(unit, start, 'UTC')) from telemetry.time_tables() where name = part;
  end if;
  execute format('delete from telemetry.%I where time >= $1 and time < $2', part || '_next') using start, start + interval '1 day';
  execute format('insert into telemetry.%I select * from telemetry.%I where time >= $1 and time < $2', part || '_next', part)
    using start, start + interval '1 day';
  get diagnostics copied = row_count;
  return copied;
end $$;

-- Copies the days from `since` on while writers wait, and exchanges the tables with their indexes and roll-ups.
create function telemetry.finish_move(target text, since date) returns void
language plpgsql as $$
declare
  part record;
  item record;
  extension constant text := telemetry.timescale_schema();
begin
  perform pg_advisory_xact_lock(4004001);
  lock table telemetry.events, telemetry.texts, telemetry.usage, telemetry.tool_calls in exclusive mode;
  for part in select name, unit from telemetry.time_tables() loop
    for item in execute format('select distinct (time at time zone ''UTC'')::date as day from telemetry.%I where time >= $1 order by 1', part.name)
      using case when part.name in ('events', 'texts') then since::timestamp at time zone 'UTC' else '-infinity'::timestamptz end
    loop
      perform telemetry.copy_day(part.name, target, item.day);
    end loop;
    for item in
      select grantee::regrole as role, privilege_type as privilege from pg_class, aclexplode(relacl)
      where pg_class.oid = ('telemetry.' || part.name)::regclass and grantee <> relowner
    loop
      execute format('grant %s on telemetry.%I to %s', item.privilege, part.name || '_next', item.role);
    end loop;
    for item in select indexname, indexdef from pg_indexes where schemaname = 'telemetry' and tablename = part.name loop
      execute regexp_replace(item.indexdef, '^CREATE INDEX (\S+) ON (ONLY )?telemetry\.\S+',
        format('create index %I on telemetry.%I', item.indexname || '_next', part.name || '_next'));
    end loop;
  end loop;

  for item in select name from telemetry.roll_ups() loop
    execute format('drop %s if exists telemetry.%I cascade', case target when 'timescale' then 'table' else 'materialized view' end, item.name);
  end loop;
  for part in select name, unit from telemetry.time_tables() loop
    execute format('drop table telemetry.%I cascade', part.name);
    execute format('alter table telemetry.%I rename to %I', part.name || '_next', part.name);
    for item in select indexname from pg_indexes where schemaname = 'telemetry' and tablename = part.name loop
      execute format('alter index telemetry.%I rename to %I', item.indexname, regexp_replace(item.indexname, '_next$', ''));
    end loop;
  end loop;
  if target = 'native' then
    perform telemetry.create_native_roll_ups();
    return;
  end if;
  perform telemetry.create_continuous_roll_ups();
  -- As text: TimescaleDB takes its options out of a statement, which a function would keep without them.
  execute 'alter table telemetry.events set
    (timescaledb.compress, timescaledb.compress_segmentby = ''session_id'', timescaledb.compress_orderby = ''sequence, time'')';
  -- Events may arrive for seven days, so nothing is written to a compressed chunk.
  execute format('select %I.add_compression_policy(''telemetry.events'', interval ''9 days'')', extension);
end $$;
