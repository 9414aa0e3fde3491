-- Facts in columns: what calls of models used, the calls of tools, and the words that were said. The events keep what was told.
create table telemetry.usage (
  time timestamptz not null,
  event_id uuid not null,
  session_id text not null,
  execution_id text,
  phase_id text,
  leg int not null,
  source text not null,
  model text not null,
  results_before int not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cache_creation_tokens bigint not null,
  cache_creation_1h_tokens bigint not null,
  cache_read_tokens bigint not null,
  web_searches bigint not null,
  cost_usd numeric,
  price_table text,
  counted boolean not null
) partition by range (time);
comment on column telemetry.usage.counted is 'false once a better account of the same calls is there';
create index usage_session on telemetry.usage (session_id, time);
create index usage_superseded on telemetry.usage (session_id) where counted and source <> 'gateway';
create table telemetry.usage_default partition of telemetry.usage default;

create table telemetry.tool_calls (
  time timestamptz not null,
  event_id uuid not null,
  session_id text not null,
  execution_id text,
  phase_id text,
  tool text not null,
  outcome text not null,
  duration_ms float8,
  latency_class smallint not null
) partition by range (time);
comment on column telemetry.tool_calls.latency_class is 'durations up to 2^(n/4) milliseconds; -1 without a duration';
create index tool_calls_session on telemetry.tool_calls (session_id, time);
create index tool_calls_time on telemetry.tool_calls (time);
create table telemetry.tool_calls_default partition of telemetry.tool_calls default;

create table telemetry.texts (
  time timestamptz not null,
  event_id uuid not null,
  session_id text not null,
  execution_id text,
  words tsvector not null
) partition by range (time);
create index texts_words on telemetry.texts using gin (words);
create index texts_time on telemetry.texts (time);
create table telemetry.texts_default partition of telemetry.texts default;

-- The time from the first to the last event of an execution bounds every read of it.
alter table telemetry.sequences add column first_at timestamptz, add column last_at timestamptz;
update telemetry.sequences counter set first_at = span.first_at, last_at = span.last_at
  from (select execution_id, min(first_at) as first_at, max(last_at) as last_at
        from telemetry.session_totals group by execution_id) span
  where span.execution_id = counter.execution_id;
create index sequences_last_at on telemetry.sequences (last_at);
create index session_totals_last_at on telemetry.session_totals (last_at);
alter table telemetry.session_leases add column leased_at timestamptz not null default now();

-- What an event says about models: the calls of the gateway, accounts of agents by model, and estimates of calls.
create function telemetry.usage_of(type text, data jsonb)
returns table (
  leg int, source text, model text, results_before int, input bigint, output bigint, creation bigint, creation_1h bigint,
  read bigint, searches bigint, cost numeric, price_table text
)
language sql immutable as $$
  select told.leg, told.source, told.model, told.results_before, (tokens ->> 'input_tokens')::bigint, (tokens ->> 'output_tokens')::bigint,
    (tokens ->> 'cache_creation_tokens')::bigint, coalesce((tokens ->> 'cache_creation_1h_tokens')::bigint, 0),
    (tokens ->> 'cache_read_tokens')::bigint, coalesce((tokens ->> 'web_search_requests')::bigint, 0),
    (tokens ->> 'cost_usd')::numeric, data ->> 'price_table'
  from (
    select coalesce((data ->> 'leg')::int, 1) as leg, 'estimate' as source, coalesce(data ->> 'model', 'unknown') as model,
      coalesce((data ->> 'results_before')::int, 0) as results_before, coalesce(data -> 'added', data) as tokens
    where type = 'token_usage'
      and data ?& array['input_tokens', 'output_tokens', 'cache_creation_tokens', 'cache_read_tokens']
    union all
    select (data ->> 'leg')::int, 'account', entry.model, 0, entry.tokens
    from jsonb_each(case when type = 'session_summary' then coalesce(data -> 'added', data -> 'model_usage') end) as entry (model, tokens)
    union all
    select -1, 'gateway', coalesce(data ->> 'model', 'unknown'), 0, data
    where type = 'model_call'
      and data ?& array['input_tokens', 'output_tokens', 'cache_creation_tokens', 'cache_read_tokens']
  ) told
$$;

create function telemetry.tool_call_of(type text, data jsonb)
returns table (tool text, outcome text, duration_ms float8, latency_class smallint)
language sql immutable as $$
  select call.tool, call.outcome, call.duration_ms,
    case when call.duration_ms is null then -1 else ceil(4 * log(2, greatest(call.duration_ms::numeric, 1))) end::smallint
  from (
    select left(coalesce(data ->> 'tool_name', 'unknown'), 200) as tool,
      case
        when type = 'tool_execution_started' then 'started'
        when type = 'tool_blocked' then 'blocked'
        when type = 'tool_execution_failed' or data ->> 'success' = 'false' then 'failed'
        else 'succeeded'
      end as outcome,
      case when jsonb_typeof(data -> 'duration_ms') = 'number'
        then least(greatest((data ->> 'duration_ms')::numeric, 0), 1e12)::float8 end as duration_ms
    where type in ('tool_execution_started', 'tool_execution_completed', 'tool_execution_failed', 'tool_blocked')
  ) call
$$;

-- The part of an event that a search looks through; null for types without a text.
create function telemetry.text_of(type text, data jsonb) returns text
language sql immutable as $$
  select left(case
    when type in ('message_response', 'thinking', 'agent_output', 'setup_output') then data ->> 'text'
    when type = 'user_prompt_submitted' then data ->> 'prompt_preview'
    when type = 'tool_execution_started' then concat_ws(' ', data ->> 'tool_name', data ->> 'input_preview')
    when type = 'tool_execution_completed' then data ->> 'output_preview'
    when type in ('tool_execution_failed', 'session_error', 'error') then coalesce(data ->> 'error', data ->> 'message')
  end, 16384)
$$;

-- Takes usage out of the roll-ups for which a better account has arrived: calls of the gateway replace everything else,
-- and an account of an agent replaces the estimates before it, those of interrupted legs of its conversation included.
create function telemetry.supersede(sessions text[]) returns void
language sql as $$
  update telemetry.usage u set counted = false
  where u.session_id = any (sessions) and u.counted and u.source <> 'gateway' and exists (
    select from telemetry.session_legs l where l.session_id = u.session_id and (
      l.leg = -1
      or u.source = 'estimate' and l.leg = u.leg and u.results_before < l.accounts
      or u.source = 'estimate' and l.leg > u.leg and l.accounts > 0 and exists (
        select from telemetry.session_legs own
        where own.session_id = u.session_id and own.leg = u.leg and own.ended = 'interrupted'
          and coalesce(own.conversation = l.conversation, true))))
$$;
