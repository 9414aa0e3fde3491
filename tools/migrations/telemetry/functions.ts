/**
 * Stores batches in one call, so that a frozen collector holds no lock. The order of locks prevents deadlocks:
 * counters by execution, leases by session, facts by id. Statements after the locks see all earlier commits.
 * Returns a row for each new event, and a row without an event for each batch whose lease is lost.
 */
export const INSERT_BATCHES = `
  create function telemetry.insert_batches(leases jsonb, events jsonb)
  returns table (batch int, event_id uuid, sequence bigint, happened_at timestamptz)
  language plpgsql as $$
  #variable_conflict use_column
  declare
    refused int[];
  begin
    insert into telemetry.sequences (execution_id)
      select distinct e ->> 'execution_id' from jsonb_array_elements(events) e
      where e ->> 'execution_id' is not null
      order by 1
      on conflict do nothing;
    perform from telemetry.sequences
      where execution_id in (select e ->> 'execution_id' from jsonb_array_elements(events) e)
      order by execution_id for update;

    insert into telemetry.session_leases as held (session_id, token)
      select session_id, max(token) from jsonb_to_recordset(leases) as lease (session_id text, token bigint)
      group by session_id order by session_id
      on conflict (session_id) do update set token = excluded.token where held.token < excluded.token;
    refused := array(
      select lease.batch from jsonb_to_recordset(leases) as lease (batch int, session_id text, token bigint)
      join telemetry.session_leases held using (session_id)
      where lease.token < held.token
    );

    return query
    with arrived as materialized (
      select distinct on (id) batch, id, type, least(time, now() + interval '10 minutes') as time,
        session_id, execution_id, phase_id, data, place
      from rows from (
        jsonb_to_recordset(events) as (
          batch int, id uuid, type text, time timestamptz, session_id text, execution_id text, phase_id text, data jsonb
        )
      ) with ordinality as e (batch, id, type, time, session_id, execution_id, phase_id, data, place)
      where batch <> all (refused)
      order by id, place
    ),
    late as (
      insert into telemetry.quarantine (event_id, session_id, reason, event)
      select id, session_id, 'late', (to_jsonb(arrived) - 'batch' - 'place')::text
      from arrived where time < now() - interval '7 days'
      order by id
      on conflict do nothing
    ),
    new as (
      insert into telemetry.seen (event_id)
      select id from arrived where time >= now() - interval '7 days' order by id
      on conflict do nothing
      returning event_id as id
    ),
    numbered as materialized (
      select arrived.*, counter.last + row_number() over (partition by execution_id order by place) as sequence
      from new join arrived using (id)
      left join telemetry.sequences counter using (execution_id)
    ),
    stored as (
      insert into telemetry.events (time, event_id, execution_id, session_id, phase_id, type, sequence, data)
      select time, id, execution_id, session_id, phase_id, type, sequence, data from numbered order by place
    ),
    counted as (
      update telemetry.sequences counter set last = taken.last
      from (select execution_id, max(sequence) as last from numbered group by execution_id) taken
      where counter.execution_id = taken.execution_id
    ),
    totals as (
      insert into telemetry.session_totals as total
      select session_id, min(execution_id), min(phase_id), count(*),
        count(*) filter (where type = 'tool_execution_started'),
        count(*) filter (
          where type = 'tool_execution_failed' or (type = 'tool_execution_completed' and data ->> 'success' = 'false')
        ),
        count(*) filter (where type = 'subagent_started' and data ->> 'subagent_tool_use_id' <> ''),
        min(time), max(time)
      from numbered group by session_id order by session_id
      on conflict (session_id) do update set
        events = total.events + excluded.events,
        tool_calls = total.tool_calls + excluded.tool_calls,
        failed_tools = total.failed_tools + excluded.failed_tools,
        subagents = total.subagents + excluded.subagents,
        first_at = least(total.first_at, excluded.first_at),
        last_at = greatest(total.last_at, excluded.last_at)
    ),
    calls as (
      select session_id, coalesce((data ->> 'leg')::int, 1) as leg, coalesce(data ->> 'model', 'unknown') as model,
        (data ->> 'input_tokens')::bigint as input, (data ->> 'output_tokens')::bigint as output,
        (data ->> 'cache_creation_tokens')::bigint as creation, (data ->> 'cache_read_tokens')::bigint as read,
        (data ->> 'cost_usd')::numeric as cost
      from numbered
      where type = 'token_usage'
        and data ?& array['input_tokens', 'output_tokens', 'cache_creation_tokens', 'cache_read_tokens']
    ),
    accounts as (
      select session_id, (data ->> 'leg')::int as leg, model, account
      from numbered, jsonb_each(data -> 'model_usage') as entry (model, account)
      where type = 'session_summary'
    ),
    legs as (
      insert into telemetry.session_legs as known (session_id, leg, conversed, answers, turns, account_ms, ended, ended_ms)
      select session_id, coalesce((data ->> 'leg')::int, 1), bool_or(type <> 'leg_ended'),
        count(*) filter (where type = 'token_usage' and data ->> 'parent_tool_use_id' is null),
        max((data ->> 'num_turns')::bigint) filter (where type = 'session_summary'),
        max((data ->> 'duration_ms')::bigint) filter (where type = 'session_summary'),
        max(data ->> 'ended') filter (where type = 'leg_ended'),
        max((data ->> 'duration_ms')::bigint) filter (where type = 'leg_ended')
      from numbered
      where type in ('agent_initialized', 'token_usage', 'session_summary', 'leg_ended')
      group by 1, 2 order by 1, 2
      on conflict (session_id, leg) do update set
        conversed = known.conversed or excluded.conversed,
        answers = known.answers + excluded.answers,
        turns = coalesce(excluded.turns, known.turns),
        account_ms = coalesce(excluded.account_ms, known.account_ms),
        ended = coalesce(excluded.ended, known.ended),
        ended_ms = coalesce(excluded.ended_ms, known.ended_ms)
    ),
    models as (
      insert into telemetry.session_models as known
      select session_id, leg, model, true, sum(input), sum(output), sum(creation), sum(read),
        case when bool_and(cost is not null) then sum(cost) end
      from calls group by session_id, leg, model
      union all
      select session_id, leg, model, false, (account ->> 'input_tokens')::bigint, (account ->> 'output_tokens')::bigint,
        (account ->> 'cache_creation_tokens')::bigint, (account ->> 'cache_read_tokens')::bigint,
        (account ->> 'cost_usd')::numeric
      from accounts
      order by 1, 2, 3, 4
      on conflict (session_id, leg, model, estimated) do update set
        input_tokens = known.input_tokens + excluded.input_tokens,
        output_tokens = known.output_tokens + excluded.output_tokens,
        cache_creation_tokens = known.cache_creation_tokens + excluded.cache_creation_tokens,
        cache_read_tokens = known.cache_read_tokens + excluded.cache_read_tokens,
        cost_usd = known.cost_usd + excluded.cost_usd
    )
    (select batch, id, sequence, time from numbered order by place)
    union all
    select unnest(refused), null, null, null;
  end $$;
`;

/**
 * Creates the partitions of the coming days, moves rows out of the default partition, drops days older than `keep`,
 * and deletes ids of facts too old to arrive again. Collectors call it hourly; concurrent calls are harmless.
 */
export const MAINTAIN = `
  create function telemetry.maintain(keep interval default '90 days', ahead int default 7)
  returns void
  language plpgsql security definer set search_path = pg_catalog as $$
  declare
    day date;
    today date := (now() at time zone 'UTC')::date;
    name text;
    partition regclass;
  begin
    perform pg_advisory_xact_lock(4004001);

    for day in
      select today + number from generate_series(0, ahead) number
      union select (time at time zone 'UTC')::date from telemetry.events_default
    loop
      name := 'events_' || to_char(day, 'YYYYMMDD');
      continue when to_regclass('telemetry.' || name) is not null;
      lock table telemetry.events_default in access exclusive mode;
      execute format('create table telemetry.%I (like telemetry.events including defaults)', name);
      execute format(
        'with moved as (delete from telemetry.events_default where time >= %1$L and time < %2$L returning *)
         insert into telemetry.%3$I select * from moved',
        day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC', name);
      execute format(
        'alter table telemetry.events attach partition telemetry.%I for values from (%L) to (%L)',
        name, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
    end loop;

    for partition in
      select inhrelid::regclass from pg_inherits join pg_class on oid = inhrelid
      where inhparent = 'telemetry.events'::regclass
        and case when relname ~ '^events_[0-9]{8}$' then to_date(right(relname, 8), 'YYYYMMDD') end < (now() - keep)::date
    loop
      execute format('drop table %s', partition);
    end loop;

    delete from telemetry.seen where seen_at < now() - interval '14 days';
  end $$;
`;
