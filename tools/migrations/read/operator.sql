-- The event on which a projection fails, while it is retrying or stopped.
alter table read.checkpoints add column failing_event jsonb;

-- Events that an operator has parked: skipped by that version of the projection, and by no other reader.
create table read.parked_events (
  projection text not null,
  version int not null,
  position bigint not null,
  event jsonb not null,
  error text not null,
  reason text not null,
  parked_by text not null,
  parked_at timestamptz not null default clock_timestamp(),
  primary key (projection, version, position)
);

-- Lets a stopped projection retry; its worker polls the status. Idempotent. Returns `done` or `unknown`.
create function read.retry_projection(name text) returns text
language sql volatile security definer
set search_path = pg_catalog, pg_temp
begin atomic
  update read.checkpoints set status = 'retrying', error = null, failing_event = null
  where projection = name and status = 'stopped';
  select case when exists (select from read.checkpoints where projection = name) then 'done' else 'unknown' end;
end;

-- Parks the event at which a projection has stopped, and lets the projection continue after it. Idempotent.
-- Returns `done`, `not_stopped` or `unknown`.
create function read.park_event(name text, at bigint, why text, who text) returns text
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
  from parked where (c.projection, c.version) = (parked.projection, parked.version);
  select case
    when exists (select from read.parked_events where projection = name and position = at) then 'done'
    when exists (select from read.checkpoints where projection = name) then 'not_stopped'
    else 'unknown'
  end;
end;
