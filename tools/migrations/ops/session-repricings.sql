-- Sessions whose model calls have got other costs, until their recorded costs follow.
create table ops.session_repricings (
  session_id text collate "C" primary key,
  execution_id text collate "C" not null,
  price_table text not null,
  asked_at timestamptz not null default clock_timestamp(),
  -- Null once the session has refused the costs.
  due_at timestamptz default clock_timestamp(),
  refusal text
);
create index on ops.session_repricings (due_at, session_id);

-- Asks for the costs of sessions to follow, once for each session.
create function ops.ask_repricings(sessions jsonb) returns void
language sql as $$
  insert into ops.session_repricings (session_id, execution_id, price_table)
  select distinct on (s.session_id) s.session_id, s.execution_id, s.price_table
  from jsonb_to_recordset(sessions) as s (session_id text, execution_id text, price_table text)
  where s.execution_id is not null
  order by s.session_id
  on conflict (session_id) do update
    set price_table = excluded.price_table, asked_at = clock_timestamp(), due_at = clock_timestamp(), refusal = null
$$;
