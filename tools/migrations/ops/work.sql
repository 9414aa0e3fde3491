-- Sessions and the runners that run them. A session keeps its row for ever; each queueing begins its next leg.
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
  -- Rises with each claim.
  token bigint not null default 0,
  -- The current or last runner.
  runner text,
  -- The request that claimed it.
  claim_id uuid,
  -- The runner that has the workspace on its disk: only this one can resume the session.
  parked_on text,
  control text not null default 'run' check (control in ('run', 'pause', 'cancel')),
  -- Position of the newest event that has changed this row: older events are ignored.
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

-- The unbroken period in which leases could be renewed, as the sweeper observed it.
create table ops.lease_service (
  only_row boolean primary key default true check (only_row),
  since timestamptz not null,
  last timestamptz not null
);
insert into ops.lease_service (since, last) values (clock_timestamp(), clock_timestamp());

-- Claims the oldest queued work that fits the runner's capabilities and is not to be paused or cancelled.
-- A repeated claim returns the same work: claims of one runner are serialized by the lock. In a function each statement
-- takes its snapshot after the lock, and so sees the claim before.
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

-- The fence of appends. It is evaluated under the append's lock, so a runner that lost its lease cannot append after the next claim.
create or replace function ops.lease_holds(session_id uuid, token bigint) returns boolean
language sql stable
return exists (select from ops.work w where w.session_id = $1 and w.token = $2 and w.state = 'leased');
