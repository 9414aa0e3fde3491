-- The budget of an execution. Each function below locks its row, so reservations of parallel calls see each other.
create table ops.budgets (
  execution_id text primary key,
  -- Null: no limit of this kind.
  usd_limit numeric,
  tokens_limit numeric,
  wall_seconds_limit numeric,
  usd_spent numeric not null default 0,
  tokens_spent numeric not null default 0,
  -- A model without a known price that was used: the dollars are not complete.
  unpriced_model text,
  -- Output tokens of the largest answer so far.
  largest_answer bigint not null default 0,
  -- Agents ran for so long before `running_since`.
  ran_for interval not null default '0',
  -- Present while an agent runs.
  running_since timestamptz,
  running uuid[] not null default '{}',
  -- Sessions whose agents are frozen: the end of the pause sets them going.
  held uuid[] not null default '{}',
  -- Positions of the newest events that have changed the limits, and the clock: older events are ignored.
  as_of bigint not null,
  clock_as_of bigint not null default 0,
  closed_at timestamptz
);
create index budgets_on_the_clock on ops.budgets (running_since) where running_since is not null and wall_seconds_limit is not null;
create index budgets_closed on ops.budgets (closed_at) where closed_at is not null;

-- A call, or a session whose agent reports sums: then the entry has the session's id.
create table ops.budget_entries (
  execution_id text not null references ops.budgets on delete cascade,
  entry_id uuid not null,
  session_id uuid not null,
  token bigint not null,
  state text not null check (state in ('reserved', 'settled')),
  usd numeric not null,
  tokens numeric not null,
  -- Orders the reports; null for calls.
  sequence bigint,
  primary key (execution_id, entry_id)
);
create index budget_entries_reserved on ops.budget_entries (execution_id) where state = 'reserved';
create index budget_calls_of_session on ops.budget_entries (execution_id, session_id) where sequence is null;

-- The limits with the amounts. A reservation counts while the lease under which it was made is held.
create view ops.budget_limits as
select b.execution_id, l.kind, l.amount as "limit", l.spent, trim_scale(coalesce(l.reserved, 0)) as reserved, b.unpriced_model
  from ops.budgets b
 cross join lateral (
   select sum(e.usd) as usd, sum(e.tokens) as tokens from ops.budget_entries e
     join ops.work w on w.session_id = e.session_id and w.token = e.token and w.state = 'leased'
    where e.execution_id = b.execution_id and e.state = 'reserved'
 ) open
 cross join lateral (values
   ('usd', b.usd_limit, b.usd_spent, open.usd),
   ('tokens', b.tokens_limit, b.tokens_spent, open.tokens),
   ('wall_seconds', b.wall_seconds_limit, trim_scale(round(
      extract(epoch from b.ran_for + greatest(coalesce(clock_timestamp() - b.running_since, '0'), '0')), 3)), 0)
 ) l (kind, amount, spent, reserved);

-- Reserves room for a call. `verdict`: granted, wait (the calls in flight take the room), exceeded, or lease_lost.
-- A call that is reserved or settled already is granted again. Without a budget every call is granted.
create function ops.reserve_budget(
  execution text, session uuid, lease_token bigint, call uuid,
  input_tokens bigint, input_usd numeric, output_price numeric, max_output bigint
)
returns table (verdict text, kind text, "limit" numeric, spent numeric, reserved numeric, needed numeric, cause text)
language plpgsql volatile as $$
declare
  budget ops.budgets;
  answer_tokens bigint;
  needed_tokens numeric;
  needed_usd numeric;
  found_limit record;
begin
  select b.* into budget from ops.budgets b where b.execution_id = execution for update;
  if not found then
    return query select 'granted', null::text, null::numeric, null::numeric, null::numeric, null::numeric, null::text;
    return;
  end if;
  if not exists (
    select from ops.work w where w.session_id = session and w.token = lease_token and w.state = 'leased'
  ) then
    return query select 'lease_lost', null::text, null::numeric, null::numeric, null::numeric, null::numeric, null::text;
    return;
  end if;

  delete from ops.budget_entries e
   where e.execution_id = execution and e.state = 'reserved'
     and not exists (
       select from ops.work w where w.session_id = e.session_id and w.token = e.token and w.state = 'leased');

  answer_tokens := least(max_output, greatest(4 * budget.largest_answer, 4000));
  needed_tokens := input_tokens + answer_tokens;
  needed_usd := input_usd + answer_tokens * output_price / 1000000;

  if not exists (select from ops.budget_entries e where e.execution_id = execution and e.entry_id = call) then
    for found_limit in
      select l.*, case l.kind when 'usd' then needed_usd when 'tokens' then needed_tokens else 0 end as needs
        from ops.budget_limits l where l.execution_id = execution and l."limit" is not null order by l.kind
    loop
      if found_limit.needs is null then
        return query select 'exceeded', found_limit.kind, found_limit."limit", found_limit.spent, found_limit.reserved,
          null::numeric, 'unpriced';
        return;
      elsif found_limit.spent >= found_limit."limit" then
        return query select 'exceeded', found_limit.kind, found_limit."limit", found_limit.spent, found_limit.reserved,
          found_limit.needs, 'spent';
        return;
      elsif found_limit.spent + found_limit.reserved + found_limit.needs > found_limit."limit" then
        -- What is in flight may turn out smaller than planned.
        return query select case when found_limit.reserved > 0 then 'wait' else 'exceeded' end,
          found_limit.kind, found_limit."limit", found_limit.spent, found_limit.reserved, found_limit.needs, 'reserved';
        return;
      end if;
    end loop;
    insert into ops.budget_entries (execution_id, entry_id, session_id, token, state, usd, tokens)
    values (execution, call, session, lease_token, 'reserved', coalesce(needed_usd, 0), needed_tokens);
  end if;
  return query select 'granted', null::text, null::numeric, null::numeric, null::numeric, null::numeric, null::text;
end
$$;

-- The limits that are reached, or cannot be held.
create function ops.reached_limits(execution text)
returns table (kind text, "limit" numeric, spent numeric, reserved numeric, cause text, model text)
language sql volatile as $$
  select l.kind, l."limit", l.spent, l.reserved,
         case when l.spent >= l."limit" then 'spent' else 'unpriced' end,
         case when l.spent >= l."limit" then null else l.unpriced_model end
    from ops.budget_limits l
   where l.execution_id = execution and l."limit" is not null
     and (l.spent >= l."limit" or (l.kind = 'usd' and l.unpriced_model is not null))
   order by l.kind
$$;

-- Counts the usage of a call once, also under an older lease: the money is spent. Answers the limits that are reached.
create function ops.settle_budget(
  execution text, session uuid, lease_token bigint, call uuid,
  used_tokens bigint, answer_tokens bigint, used_usd numeric, model text
)
returns table (kind text, "limit" numeric, spent numeric, reserved numeric, cause text, unpriced_model text)
language plpgsql volatile as $$
declare
  known text;
begin
  perform from ops.budgets b where b.execution_id = execution for update;
  if not found then
    return;
  end if;

  select e.state into known from ops.budget_entries e where e.execution_id = execution and e.entry_id = call;
  if known is null and not ops.had_lease(execution, session, lease_token) then
    return;
  end if;
  if known is distinct from 'settled' then
    insert into ops.budget_entries as e (execution_id, entry_id, session_id, token, state, usd, tokens)
    values (execution, call, session, lease_token, 'settled', coalesce(used_usd, 0), used_tokens)
    on conflict (execution_id, entry_id) do update
       set state = 'settled', usd = excluded.usd, tokens = excluded.tokens;
    update ops.budgets b
       set usd_spent = trim_scale(b.usd_spent + coalesce(used_usd, 0)), tokens_spent = b.tokens_spent + used_tokens,
           largest_answer = greatest(b.largest_answer, answer_tokens),
           unpriced_model = coalesce(b.unpriced_model, case when used_usd is null then model end)
     where b.execution_id = execution;
  end if;
  return query select * from ops.reached_limits(execution);
end
$$;

-- Counts the usage of a session so far, by the report with the highest number. A session whose calls have entries is not counted twice.
create function ops.settle_session_budget(
  execution text, session uuid, lease_token bigint, at_sequence bigint, used_tokens bigint, used_usd numeric, model text
)
returns table (kind text, "limit" numeric, spent numeric, reserved numeric, cause text, unpriced_model text)
language plpgsql volatile as $$
declare
  known ops.budget_entries;
begin
  perform from ops.budgets b where b.execution_id = execution for update;
  if not found or not ops.had_lease(execution, session, lease_token) then
    return;
  end if;

  select e.* into known from ops.budget_entries e where e.execution_id = execution and e.entry_id = session;
  if coalesce(known.sequence, -1) < at_sequence and not exists (
    select from ops.budget_entries e where e.execution_id = execution and e.session_id = session and e.sequence is null
  ) then
    insert into ops.budget_entries as e (execution_id, entry_id, session_id, token, state, usd, tokens, sequence)
    values (execution, session, session, lease_token, 'settled', used_usd, used_tokens, at_sequence)
    on conflict (execution_id, entry_id) do update
       set token = excluded.token, usd = excluded.usd, tokens = excluded.tokens, sequence = excluded.sequence;
    update ops.budgets b
       set usd_spent = trim_scale(b.usd_spent + used_usd - coalesce(known.usd, 0)),
           tokens_spent = b.tokens_spent + used_tokens - coalesce(known.tokens, 0),
           unpriced_model = coalesce(b.unpriced_model, model)
     where b.execution_id = execution;
  end if;
  return query select * from ops.reached_limits(execution);
end
$$;

-- True for the present lease of the session, and for those before.
create function ops.had_lease(execution text, session uuid, lease_token bigint) returns boolean
language sql stable
return exists (
  select from ops.work w where w.session_id = session and w.execution_id = execution and w.token >= lease_token);

-- Moves the clock to an event's time of recording. `session_id` is null for changes of the whole execution.
create function ops.move_budget_clock(execution text, at_position bigint, at timestamptz, change text, session uuid)
returns void
language plpgsql volatile as $$
begin
  update ops.budgets b
     set ran_for = b.ran_for + greatest(coalesce(at - b.running_since, '0'), '0'),
         running = case change
           when 'run' then array_append(array_remove(b.running, session), session)
           when 'resume' then b.running || b.held
           when 'clear' then '{}'
           when 'close' then '{}'
           else array_remove(b.running, session) end,
         held = case change
           when 'hold' then array_append(array_remove(b.held, session), session)
           when 'resume' then '{}'
           when 'clear' then '{}'
           when 'close' then '{}'
           else array_remove(b.held, session) end,
         clock_as_of = at_position,
         closed_at = case change when 'close' then clock_timestamp() else b.closed_at end
   where b.execution_id = execution and b.clock_as_of < at_position;
  update ops.budgets b set running_since = case when cardinality(b.running) > 0 then at end
   where b.execution_id = execution and b.clock_as_of = at_position;
end
$$;
