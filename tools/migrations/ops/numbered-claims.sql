-- The highest number of a claim that was answered or, as its runner says, given up.
alter table ops.runners add column claims bigint not null default 0;
-- The number of the claim that took the work; null for claims of older builds.
alter table ops.work add column claim_number bigint;

-- Answers each number once, with work or with none: a copy of the claim gets the work that it has taken, an older claim nothing.
create function ops.claim_numbered_work(
  for_runner text, of_backends text[], of_providers text[], claim uuid, number bigint, term interval
)
returns setof ops.work
language plpgsql volatile as $$
declare
  is_new boolean;
begin
  perform pg_advisory_xact_lock(hashtextextended('ops.claim_work ' || for_runner, 0));

  insert into ops.runners as r (runner_id, backends, providers, slots, seen_at, claims)
  values (for_runner, of_backends, of_providers, 0, clock_timestamp(), number)
  on conflict (runner_id) do update set claims = excluded.claims where r.claims < excluded.claims
  returning true into is_new;

  if is_new is null and not exists (select from ops.work w where w.claim_id = claim) then
    return;
  end if;

  return query select * from ops.claim_work(for_runner, of_backends, of_providers, null, claim, term);
  update ops.work w set claim_number = number where w.claim_id = claim and w.claim_number is distinct from number;
end
$$;
