-- The commits of each day on which no event can arrive any more: they outlive their events.
create table telemetry.commits_by_day (
  day date not null,
  session_id text not null,
  execution_id text,
  commits bigint not null,
  primary key (day, session_id)
);

-- One row: commits before this day are in `commits_by_day`, later ones in the events.
create table telemetry.commits_counted (until date not null);
create unique index on telemetry.commits_counted ((true));
insert into telemetry.commits_counted values ('-infinity');

-- Counts the commits of whole days from the events, in place of what was counted of these days before.
create function telemetry.count_commits(since date, until date) returns void
language plpgsql set search_path = pg_catalog set timezone = 'UTC' as $$
begin
  delete from telemetry.commits_by_day where day >= since and day < count_commits.until;
  insert into telemetry.commits_by_day
    select time::date, session_id, min(execution_id), count(*)
    from telemetry.events where type = 'git_commit' and time >= since and time < count_commits.until
    group by 1, 2;
  update telemetry.commits_counted counted set until = count_commits.until where counted.until < count_commits.until;
end $$;

-- Counts the days that have become final. Events may arrive for seven days.
create function telemetry.count_final_commits(events interval, facts interval) returns void
language plpgsql set search_path = pg_catalog set timezone = 'UTC' as $$
declare
  final constant date := now() - least(events, interval '8 days');
begin
  perform telemetry.count_commits(until, final) from telemetry.commits_counted where until < final;
  delete from telemetry.commits_by_day where day < now() - facts;
end $$;

-- Counts all days again whose events are still there; those before keep their counts.
create function telemetry.recount_commits() returns void
language plpgsql set search_path = pg_catalog set timezone = 'UTC' as $$
begin
  perform pg_advisory_xact_lock(4004001);
  perform telemetry.count_commits(since::date, until)
  from telemetry.commits_counted, (select min(time) as since from telemetry.events) oldest where since is not null;
end $$;

alter function telemetry.maintain(interval, interval, interval, interval, int) rename to maintain_tables;

-- Counts commits before their events go, and then keeps the tables. Collectors call it hourly; concurrent calls are harmless.
create function telemetry.maintain(events interval, facts interval, hours interval, minutes interval, ahead int default 7) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_advisory_xact_lock(4004001);
  perform telemetry.count_final_commits(events, facts);
  perform telemetry.maintain_tables(events, facts, hours, minutes, ahead);
end $$;

revoke execute on function telemetry.maintain_tables(interval, interval, interval, interval, int) from syn_collector;
grant execute on function telemetry.maintain(interval, interval, interval, interval, int) to syn_collector;
grant select on telemetry.commits_by_day, telemetry.commits_counted to syn_gateway;
