-- Batches are stored in one call, so that a frozen collector holds no lock. The order of locks prevents deadlocks:
-- counters by execution, sessions outside executions, leases by session, facts by id. Statements after the locks see all earlier commits.
-- Returns a row for each new event, and a row without an event for each batch whose lease is lost. Sums are saturated.
create or replace function telemetry.insert_batches(leases jsonb, events jsonb)
returns table (batch int, event_id uuid, sequence bigint, happened_at timestamptz)
language plpgsql as $$
#variable_conflict use_column
declare
  refused int[];
  accounted text[];
begin
  insert into telemetry.sequences (execution_id)
    select distinct e ->> 'execution_id' from jsonb_array_elements(events) e
    where e ->> 'execution_id' is not null
    order by 1
    on conflict do nothing;
  perform from telemetry.sequences
    where execution_id in (select e ->> 'execution_id' from jsonb_array_elements(events) e)
    order by execution_id for update;

  perform pg_advisory_xact_lock(4004, lock) from (
    select distinct hashtext(e ->> 'session_id') as lock from jsonb_array_elements(events) e
    where e ->> 'execution_id' is null
    order by 1
  ) outside;

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
    update telemetry.sequences counter set last = taken.last,
      first_at = least(counter.first_at, taken.first_at), last_at = greatest(counter.last_at, taken.last_at)
    from (select execution_id, max(sequence) as last, min(time) as first_at, max(time) as last_at
          from numbered group by execution_id) taken
    where counter.execution_id = taken.execution_id
  ),
  tool_calls as (
    insert into telemetry.tool_calls
    select time, id, session_id, execution_id, phase_id, tool, outcome, duration_ms, latency_class
    from numbered, telemetry.tool_call_of(type, data)
  ),
  texts as (
    insert into telemetry.texts
    select time, id, session_id, execution_id, words
    from (select *, to_tsvector('pg_catalog.simple', telemetry.text_of(type, data)) as words from numbered) said
    where words <> ''
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
  told as materialized (
    select time, id, session_id, execution_id, phase_id, usage.* from numbered, telemetry.usage_of(type, data) usage
  ),
  usage as (
    insert into telemetry.usage
    select time, id, session_id, execution_id, phase_id, leg, source, model, results_before, input, output, creation, creation_1h, read,
      searches, cost, price_table, source = 'gateway' or not exists (
        select from telemetry.session_legs better where better.session_id = told.session_id and (
          better.leg = -1
          or told.source = 'estimate' and better.leg = told.leg and better.accounts > told.results_before))
    from told
  ),
  figures as (
    select *, source = 'estimate' as estimated, max(results_before) over (partition by session_id, leg, model, source) as newest from told
  ),
  legs as (
    insert into telemetry.session_legs as known
      (session_id, leg, conversed, conversation, answers, turns, account_ms, accounts, account_complete, ended, ended_ms)
    select session_id, case when type = 'model_call' then -1 else coalesce((data ->> 'leg')::int, 1) end,
      bool_or(type <> 'leg_ended'),
      (array_agg(data ->> 'agent_session_id' order by place) filter (where type = 'agent_initialized'))[1],
      count(*) filter (where type = 'token_usage' and not data ? 'added' and data ->> 'parent_tool_use_id' is null),
      sum((data ->> 'num_turns')::bigint) filter (where type = 'session_summary'),
      sum((data ->> 'duration_ms')::bigint) filter (where type = 'session_summary'),
      coalesce(max(case type when 'session_summary' then coalesce((data ->> 'result_number')::int, 1) when 'model_call' then 1 end), 0),
      coalesce(bool_and(case type
        when 'session_summary' then coalesce((data ->> 'account_complete')::boolean, true)
        when 'model_call' then coalesce((data ->> 'complete')::boolean, false)
      end), true),
      max(data ->> 'ended') filter (where type = 'leg_ended'),
      max((data ->> 'duration_ms')::bigint) filter (where type = 'leg_ended')
    from numbered
    where type in ('agent_initialized', 'token_usage', 'session_summary', 'leg_ended', 'model_call')
    group by 1, 2 order by 1, 2
    on conflict (session_id, leg) do update set
      conversed = known.conversed or excluded.conversed,
      conversation = coalesce(known.conversation, excluded.conversation),
      answers = known.answers + excluded.answers,
      turns = coalesce(known.turns + excluded.turns, excluded.turns, known.turns),
      account_ms = coalesce(known.account_ms + excluded.account_ms, excluded.account_ms, known.account_ms),
      accounts = greatest(known.accounts, excluded.accounts),
      account_complete = known.account_complete and excluded.account_complete,
      ended = coalesce(excluded.ended, known.ended),
      ended_ms = coalesce(excluded.ended_ms, known.ended_ms)
  ),
  models as (
    insert into telemetry.session_models as known
      (session_id, leg, model, estimated, results_before, input_tokens, output_tokens, cache_creation_tokens,
       cache_read_tokens, cost_usd)
    select session_id, leg, model, estimated, newest,
      least(9007199254740991, sum(input)), least(9007199254740991, sum(output)), least(9007199254740991, sum(creation)),
      least(9007199254740991, sum(read)),
      case when bool_and(cost is not null) then least(999999999, sum(cost)) end
    from figures where results_before = newest
    group by session_id, leg, model, estimated, newest
    order by 1, 2, 3, 4
    on conflict (session_id, leg, model, estimated) do update set
      results_before = excluded.results_before,
      input_tokens = least(9007199254740991, excluded.input_tokens
        + case when known.results_before = excluded.results_before then known.input_tokens else 0 end),
      output_tokens = least(9007199254740991, excluded.output_tokens
        + case when known.results_before = excluded.results_before then known.output_tokens else 0 end),
      cache_creation_tokens = least(9007199254740991, excluded.cache_creation_tokens
        + case when known.results_before = excluded.results_before then known.cache_creation_tokens else 0 end),
      cache_read_tokens = least(9007199254740991, excluded.cache_read_tokens
        + case when known.results_before = excluded.results_before then known.cache_read_tokens else 0 end),
      cost_usd = case
        when known.results_before < excluded.results_before then excluded.cost_usd
        when known.cost_usd is not null and excluded.cost_usd is not null
          then least(999999999, known.cost_usd + excluded.cost_usd)
      end
    where known.results_before <= excluded.results_before
  )
  (select batch, id, sequence, time from numbered order by place)
  union all
  select unnest(refused), null, null, null;

  accounted := array(
    select distinct e ->> 'session_id' from jsonb_array_elements(events) e where e ->> 'type' in ('session_summary', 'model_call')
  );
  if accounted <> '{}' then perform telemetry.supersede(accounted); end if;
end $$;
