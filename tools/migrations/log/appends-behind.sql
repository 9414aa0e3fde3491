-- True when the stream's event of this version has this id, and without an id when it is the last one. The id tells a stream that went
-- back and grew again from the one that was decided on; later versions are refused by the unique key of stream and version.
create function log.follows(stream text, expected int, behind uuid) returns boolean
language sql stable
return case
  when behind is null then log.version_of(stream) = expected
  else exists (select from log.events event where event.stream_id = stream and event.version = expected and event.event_id = behind)
end;
revoke execute on function log.follows from public;

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
      (e ->> 5)::uuid as id, e ->> 6 as type, e -> 7 as data, e -> 8 as metadata, (e ->> 9)::uuid as behind
    from (select jsonb_array_elements(plain) as e) element
  ),
  judged as materialized (
    select append, stream, id,
      coalesce(
        log.outcome_of_command(id, stream, metadata ->> 'bodyHash'),
        case
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

-- Records one append that depends on more than its own stream: a lease, versions of other streams, reservations, or an answer that its
-- command may have got. The caller holds the lock.
-- The append of a command with an idempotency key takes the command's answer in the same transaction: of an append and a refusal at two
-- replicas, the key of `ops.answers` lets one count. An answer without a reply is that of the log.
create or replace function log.append_guarded(append jsonb, head_position bigint, appended_at timestamptz) returns jsonb
language plpgsql volatile as $$
declare
  target text := append ->> 'stream';
  expected int := (append -> 'expected')::int;
  events jsonb := append -> 'events';
  command uuid := (events -> 0 -> 3 ->> 'commandId')::uuid;
  body_hash text := events -> 0 -> 3 ->> 'bodyHash';
  outcome jsonb := log.outcome_of_command((events -> 0 ->> 0)::uuid, target, body_hash);
begin
  if outcome is not null then
    return outcome;
  end if;
  if append ? 'fence' and not ops.lease_holds((append -> 'fence' ->> 0)::uuid, (append -> 'fence' -> 1)::bigint) then
    return jsonb_build_object('is', 'fenced');
  end if;
  if log.version_of(target) <> expected or expected > 0 and not log.follows(target, expected, (append ->> 'behind')::uuid) then
    return jsonb_build_object('is', 'conflict');
  end if;
  if exists (
    select from (select jsonb_array_elements(append -> 'reads') as r) read
    where log.version_of(r ->> 0) <> (r -> 1)::int
  ) then
    return jsonb_build_object('is', 'outdated');
  end if;

  if append ? 'keyed' then
    insert into ops.answers as known (command_id, body_hash, reply) values (command, body_hash, null)
    on conflict (command_id) do update
      set body_hash = excluded.body_hash, reply = null, answered_at = excluded.answered_at
      where known.answered_at < clock_timestamp() - interval '1 day';
    if not found then
      return jsonb_build_object('is', 'answered');
    end if;
  end if;

  outcome := log.reserve(target, append -> 'reservations');
  if outcome is not null then
    if append ? 'keyed' then
      delete from ops.answers where command_id = command;
    end if;
    return outcome;
  end if;

  insert into log.events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
  select head_position + n, target, expected + n, (e ->> 0)::uuid, e ->> 1, e -> 2, e -> 3, appended_at
  from jsonb_array_elements(events) with ordinality as event (e, n);

  return jsonb_build_object(
    'is', 'appended',
    'position', head_position + jsonb_array_length(events),
    'version', expected + jsonb_array_length(events)
  );
end
$$;

-- Records the waiting appends of one replica: each wholly or not at all, at dense positions in commit order.
-- The lock is the first statement, so that every later one sees all earlier commits. Callers use autocommit.
--   plain    [[n, append, ordinal, stream, version, id, type, data, metadata, behind?], …], n from 1 over the batch
--   guarded  [{stream, expected, behind?, events: [[id, type, data, metadata], …], fence?, reads?, reservations?, keyed?}, …]
-- `behind` is the id of the event that the first one follows: an append that names it was decided without reading the log.
-- outcomes_of_plain is null when all plain appends were recorded, in order, from first_position on.
-- Sequential scans are off because plans are cached: one chosen for a small log would be slow on a large one.
create or replace function log.append_events(
  plain jsonb, guarded jsonb,
  out first_position bigint, out last_position bigint, out outcomes_of_plain jsonb, out outcomes_of_guarded jsonb
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  head log.log_head;
  appended_at timestamptz;
  recorded int;
  append jsonb;
  outcome jsonb;
begin
  select * into strict head from log.log_head for update;
  appended_at := date_trunc('milliseconds', greatest(clock_timestamp(), head.recorded_at));
  first_position := head.position + 1;
  last_position := head.position;

  if jsonb_array_length(plain) > 0 then
    begin
      insert into log.events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
      select head.position + (e -> 0)::int, e ->> 3, (e -> 4)::int, (e ->> 5)::uuid, e ->> 6, e -> 7, e -> 8, appended_at
      from (select jsonb_array_elements(plain) as e) element
      where (e -> 2)::int > 0 or (e -> 4)::int = 1 or log.follows(e ->> 3, (e -> 4)::int - 1, (e ->> 9)::uuid);

      get diagnostics recorded = row_count;
      if recorded < jsonb_array_length(plain) then
        raise unique_violation;
      end if;
      last_position := head.position + recorded;
    exception
      when unique_violation then
        select winners.last_position, winners.outcomes into last_position, outcomes_of_plain
        from log.append_winners(plain, head.position, appended_at) winners;
    end;
  end if;

  if jsonb_array_length(guarded) > 0 then
    outcomes_of_guarded := '[]';
    for append in select jsonb_array_elements(guarded) loop
      outcome := log.append_guarded(append, last_position, appended_at);
      if outcome ->> 'is' = 'appended' then
        last_position := (outcome -> 'position')::bigint;
      end if;
      outcomes_of_guarded := outcomes_of_guarded || outcome;
    end loop;
  end if;

  if last_position > head.position then
    update log.log_head set position = last_position, recorded_at = appended_at;
  end if;
end
$$;
