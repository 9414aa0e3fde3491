-- Checkpoints of sessions in the object storage, noted before they are stored.
create table ops.checkpoints (
  uri text primary key,
  session_id uuid not null,
  -- The leg that was parked.
  leg int not null,
  noted_at timestamptz not null default clock_timestamp()
);

-- True for parked work that other runners can go on with, too.
alter table ops.work add column has_checkpoint boolean not null default false;
alter table ops.runners add column restores_checkpoints boolean not null default false;

-- Claims the oldest queued work that fits the runner's capabilities and is not to be paused or cancelled. The runner that has the workspace
-- of parked work comes first; others take it 5 s later if there is a checkpoint, or at once when that one has not been seen for a term.
-- A repeated claim returns the same work: claims of one runner are serialized by the lock. In a function each statement
-- takes its snapshot after the lock, and so sees the claim before.
create or replace function ops.claim_work(
  for_runner text, of_backends text[], of_providers text[], session uuid, claim uuid, term interval
)
returns setof ops.work
language plpgsql volatile as $$
declare
  taken ops.work;
  restores boolean;
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

  restores := exists (select from ops.runners r where r.runner_id = for_runner and r.restores_checkpoints);
  return query
    update ops.work w
    set state = 'leased', token = w.token + 1, runner = for_runner, claim_id = claim, expires_at = clock_timestamp() + term,
        -- The workspace on another runner's disk is that of an earlier leg from now on.
        parked_on = case when w.parked_on = for_runner then w.parked_on end
    where w.session_id = (
      select q.session_id from ops.work q
      where q.state = 'queued' and q.control = 'run' and q.backend = any (of_backends) and q.provider = any (of_providers)
        and q.secrets <@ coalesce((select r.secrets from ops.runners r where r.runner_id = for_runner), '{}')
        and (session is null or q.session_id = session)
        and case
          when q.parked_on = for_runner then true
          when not q.has_checkpoint then q.parked_on is null
          when not restores then false
          else q.queued_at < clock_timestamp() - interval '5 s' or not exists (
            select from ops.runners r where r.runner_id = q.parked_on and r.seen_at > clock_timestamp() - term)
        end
      order by q.queued_at, q.session_id
      limit 1
      for update skip locked
    )
    returning w.*;
end
$$;
