-- Handles a batch in which at least one append fails: finds the outcome of each, and records the successful ones at dense positions.
-- Of two appends to one stream, or of one command, the first succeeds. The caller holds the lock.
create or replace function log.append_winners(
  plain jsonb, head_position bigint, appended_at timestamptz,
  out last_position bigint, out outcomes jsonb
)
language sql volatile
begin atomic
  with event as materialized (
    select (e -> 0)::int as n, (e -> 1)::int as append, (e -> 2)::int as ordinal, e ->> 3 as stream, (e -> 4)::int as version,
      (e ->> 5)::uuid as id, e ->> 6 as type, e -> 7 as data, e -> 8 as metadata, (e ->> 9)::uuid as behind,
      (e ->> 10)::uuid as session, (e ->> 11)::bigint as token
    from (select jsonb_array_elements(plain) as e) element
  ),
  judged as materialized (
    select append, stream, id,
      coalesce(
        log.outcome_of_command(id, stream, metadata ->> 'bodyHash'),
        case
          when session is not null and not ops.lease_holds(session, token) then jsonb_build_object('is', 'fenced')
          when log.version_of(stream) <> version - 1 or version > 1 and not log.follows(stream, version - 1, behind)
          then jsonb_build_object('is', 'conflict')
        end
      ) as lost
    from event
    where ordinal = 0
  ),
  winner as (
    select append from (
      select append,
        row_number() over (partition by stream order by append) as place_in_stream,
        row_number() over (partition by id order by append) as place_of_command
      from judged
      where lost is null
    ) candidate
    where place_in_stream = 1 and place_of_command = 1
  ),
  numbered as materialized (
    select head_position + row_number() over (order by n) as position, event.* from event join winner using (append)
  ),
  recorded as (
    insert into log.events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
    select position, stream, version, id, type, data, metadata, appended_at from numbered
  ),
  won as (
    select append, jsonb_build_object('is', 'appended', 'position', max(position), 'version', max(version)) as outcome
    from numbered
    group by append
  )
  select
    head_position + (select count(*) from numbered),
    jsonb_agg(coalesce(won.outcome, judged.lost, jsonb_build_object('is', 'conflict')) order by append)
  from judged left join won using (append);
end;

-- Records the waiting appends of one replica: each wholly or not at all, at dense positions in commit order.
-- The lock is the first statement, so that every later one sees all earlier commits. Callers use autocommit.
--   plain    [[n, append, ordinal, stream, version, id, type, data, metadata, behind?, session?, token?], …], n from 1 over the batch
--   guarded  [{stream, expected, behind?, events: [[id, type, data, metadata], …], fence?, reads?, reservations?, keyed?}, …]
-- `behind` is the id of the event that the first one follows: an append that names it was decided without reading the log.
-- `session` and `token` are the lease that an append depends on; like `behind`, they come with its first event.
-- outcomes_of_plain is null when all plain appends were recorded, in order, from first_position on.
-- Sequential scans are off because plans are cached: one chosen for a small log would be slow on a large one.
drop function log.append_events;
create function log.append_events(
  plain jsonb, guarded jsonb,
  out first_position bigint, out last_position bigint, out outcomes_of_plain jsonb, out outcomes_of_guarded jsonb,
  out recorded_at timestamptz, out epoch uuid
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  head log.log_head;
  recorded int;
  append jsonb;
  outcome jsonb;
begin
  select * into strict head from log.log_head for update;
  recorded_at := date_trunc('milliseconds', greatest(clock_timestamp(), head.recorded_at));
  epoch := head.store_epoch;
  first_position := head.position + 1;
  last_position := head.position;

  if jsonb_array_length(plain) > 0 then
    begin
      insert into log.events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
      select head.position + (e -> 0)::int, e ->> 3, (e -> 4)::int, (e ->> 5)::uuid, e ->> 6, e -> 7, e -> 8, append_events.recorded_at
      from (select jsonb_array_elements(plain) as e) element
      where (e -> 2)::int > 0 or
        ((e -> 4)::int = 1 or log.follows(e ->> 3, (e -> 4)::int - 1, (e ->> 9)::uuid))
        and (e ->> 10 is null or ops.lease_holds((e ->> 10)::uuid, (e -> 11)::bigint));

      get diagnostics recorded = row_count;
      if recorded < jsonb_array_length(plain) then
        raise unique_violation;
      end if;
      last_position := head.position + recorded;
    exception
      when unique_violation then
        select winners.last_position, winners.outcomes into last_position, outcomes_of_plain
        from log.append_winners(plain, head.position, recorded_at) winners;
    end;
  end if;

  if jsonb_array_length(guarded) > 0 then
    outcomes_of_guarded := '[]';
    for append in select jsonb_array_elements(guarded) loop
      outcome := log.append_guarded(append, last_position, recorded_at);
      if outcome ->> 'is' = 'appended' then
        last_position := (outcome -> 'position')::bigint;
      end if;
      outcomes_of_guarded := outcomes_of_guarded || outcome;
    end loop;
  end if;

  if last_position > head.position then
    update log.log_head set position = last_position, recorded_at = append_events.recorded_at;
  end if;
end
$$;
revoke execute on function log.append_events from public;
grant execute on function log.append_events to syn_command_service;
