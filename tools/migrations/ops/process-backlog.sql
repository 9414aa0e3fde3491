-- `position`: everything up to here is done. `reader_position`: the reader goes on behind this; below it, only events in the backlog are not done.
alter table ops.processes add column reader_position bigint;
update ops.processes set reader_position = position;
alter table ops.processes alter column reader_position set not null;
alter table ops.processes alter column reader_position set default 0;
alter table ops.processes add column failing_since timestamptz;

-- A process in another life of the log is `stopped` until an operator names its place.
alter table ops.processes drop constraint processes_status_check;
alter table ops.processes add constraint processes_status_check check (status in ('running', 'failing', 'stopped'));

-- Events that a process has passed without carrying them out: in each partition the first one fails, the others wait behind it.
create table ops.process_backlog (
  process text not null references ops.processes (name) on delete cascade,
  position bigint not null,
  partition text not null,
  -- What an operator is shown of an event that has failed: the others are only positions.
  event jsonb,
  error text,
  failing_since timestamptz,
  attempts int not null default 0,
  -- Absent: at once.
  next_attempt_at timestamptz,
  primary key (process, position),
  check ((error is null) = (event is null) and (error is null) = (failing_since is null))
);
create index process_backlog_by_partition on ops.process_backlog (process, partition, position);

-- Events that an operator has set aside: their process goes on without them.
create table ops.parked_process_events (
  process text not null references ops.processes (name) on delete cascade,
  position bigint not null,
  partition text not null,
  event jsonb not null,
  error text not null,
  reason text not null,
  parked_by text not null,
  parked_at timestamptz not null default clock_timestamp(),
  primary key (process, position)
);

-- Sets the first event of a partition aside. Answers `done`, also when it was done before, `not_failing` or `unknown`.
create function ops.park_process_event(name text, at bigint, why text, who text) returns text
language sql volatile
set search_path = pg_catalog, pg_temp
begin atomic
  with failed as (
    delete from ops.process_backlog b where b.process = name and b.position = at and b.error is not null
    returning b.process, b.position, b.partition, b.event, b.error
  )
  insert into ops.parked_process_events (process, position, partition, event, error, reason, parked_by)
  select f.process, f.position, f.partition, f.event, f.error, why, who from failed f
  on conflict do nothing;
  select case
    when exists (select from ops.parked_process_events p where p.process = name and p.position = at) then 'done'
    when exists (select from ops.processes p where p.name = park_process_event.name) then 'not_failing'
    else 'unknown'
  end;
end;

-- Lets the failing events of a process be tried at once. A stopped process goes on behind the named position of this log instead.
-- Answers `done`, `stopped` when it is and no position was named, `beyond_head` or `unknown`.
create function ops.retry_process(name text, behind bigint) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  head log.log_head;
  place ops.processes;
begin
  select * into head from log.log_head;
  select * into place from ops.processes p where p.name = retry_process.name for update;
  if not found then
    return 'unknown';
  elsif place.epoch = head.store_epoch then
    update ops.process_backlog b set next_attempt_at = null
    where b.process = retry_process.name and b.next_attempt_at is not null;
    return 'done';
  elsif behind is null then
    return 'stopped';
  elsif behind > head.position then
    return 'beyond_head';
  end if;
  -- Positions of another life of the log mean nothing in this one.
  delete from ops.process_backlog b where b.process = retry_process.name;
  update ops.processes p
  set position = behind, reader_position = behind, epoch = head.store_epoch,
      status = 'running', error = null, failing_since = null, moved_at = clock_timestamp()
  where p.name = retry_process.name;
  return 'done';
end
$$;

create or replace function ops.register_process(name text) returns void
language sql
begin atomic
  insert into ops.processes (name, position, reader_position, epoch)
  select register_process.name, head.position, head.position, head.store_epoch from log.log_head head
  on conflict do nothing;
end;
