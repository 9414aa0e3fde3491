-- Who runs which session. A session is one row for ever; each time it is queued it is on its next leg.
create table ops.work (
  session_id uuid primary key,
  execution_id text not null,
  workflow_id text not null,
  phase_id text not null,
  attempt int not null,
  leg int not null,
  backend text not null,
  provider text not null,
  state text not null default 'queued' check (state in ('queued', 'leased', 'parked', 'lost', 'closed')),
  -- Rises whenever the work changes hands.
  token bigint not null default 0,
  -- Who holds it, or held it last.
  runner text,
  -- The request that took it.
  claim_id uuid,
  -- The runner whose disk keeps the workspace: nobody else can go on with it.
  parked_on text,
  control text not null default 'run' check (control in ('run', 'pause', 'cancel')),
  -- Position of the newest event that has shaped this row: an older one changes nothing.
  as_of bigint not null,
  queued_at timestamptz not null default clock_timestamp(),
  hinted_at timestamptz,
  expires_at timestamptz,
  check ((state = 'leased') = (expires_at is not null)),
  check (state <> 'leased' or runner is not null)
);
create index work_queued on ops.work (queued_at, session_id) where state = 'queued';
create index work_leased on ops.work (expires_at) where state = 'leased';
create index work_lost on ops.work (session_id) where state = 'lost';
create index work_of_execution on ops.work (execution_id);
create index work_of_claim on ops.work (claim_id);

create table ops.runners (
  runner_id text primary key,
  backends text[] not null,
  providers text[] not null,
  slots int not null,
  seen_at timestamptz not null
);

-- For how long leases could be renewed without a break, as whoever sweeps has seen it.
create table ops.lease_service (
  only_row boolean primary key default true check (only_row),
  since timestamptz not null,
  last timestamptz not null
);
insert into ops.lease_service (since, last) values (clock_timestamp(), clock_timestamp());

-- Takes the oldest work that a runner can do, and that nobody wants paused or cancelled. A claim that comes again finds what it took, even when the first is still
-- on its way: claims of one runner take turns, and each sees the one before. Hence a function, its snapshots younger than its lock.
create function ops.claim_work(
  for_runner text, of_backends text[], of_providers text[], session uuid, claim uuid, term interval
)
returns setof ops.work
language plpgsql volatile as $$
declare
  taken ops.work;
begin
  perform pg_advisory_xact_lock(hashtextextended('ops.claim_work ' || for_runner, 0));

  select * into taken from ops.work w
  where w.claim_id = claim or (w.session_id = session and w.runner = for_runner and w.state = 'leased')
  limit 1;
  if found then
    return query
      update ops.work w set expires_at = clock_timestamp() + term
      where w.session_id = taken.session_id and w.token = taken.token and w.runner = for_runner and w.state = 'leased'
      returning w.*;
    return;
  end if;

  return query
    update ops.work w
    set state = 'leased', token = w.token + 1, runner = for_runner, claim_id = claim, expires_at = clock_timestamp() + term
    where w.session_id = (
      select q.session_id from ops.work q
      where q.state = 'queued' and q.control = 'run' and q.backend = any (of_backends) and q.provider = any (of_providers)
        and (q.parked_on is null or q.parked_on = for_runner)
        and (session is null or q.session_id = session)
      order by q.queued_at, q.session_id
      limit 1
      for update skip locked
    )
    returning w.*;
end
$$;

-- The fence. The append asks under its lock, so nobody who claims later can have been overtaken.
create or replace function ops.lease_holds(session_id uuid, token bigint) returns boolean
language sql stable
return exists (select from ops.work w where w.session_id = $1 and w.token = $2 and w.state = 'leased');
