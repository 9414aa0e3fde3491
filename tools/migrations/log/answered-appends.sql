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
  if log.version_of(target) <> expected then
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
