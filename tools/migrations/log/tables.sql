create table log.events (
  position bigint primary key,
  stream_id text not null,
  version int not null check (version > 0),
  event_id uuid not null unique,
  type text not null,
  data jsonb not null,
  metadata jsonb not null,
  recorded_at timestamptz not null,
  unique (stream_id, version)
);

-- The head of the log, where the next append starts. A restore gets a new epoch, so that positions of two epochs never mix.
create table log.log_head (
  only_row boolean primary key default true check (only_row),
  position bigint not null,
  recorded_at timestamptz not null,
  store_epoch uuid not null
);
insert into log.log_head (position, recorded_at, store_epoch) values (0, '-infinity', gen_random_uuid());

-- Claims of streams to keys that are unique, or counted, across streams.
create table log.claims (
  scope text not null,
  key text not null,
  stream_id text not null,
  primary key (scope, key)
);

create function log.refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception 'the log is append-only: % of %.% is refused', tg_op, tg_table_schema, tg_table_name
    using errcode = 'restrict_violation';
end
$$;

create trigger append_only before update or delete or truncate on log.events
  for each statement execute function log.refuse_change();
create trigger never_headless before delete or truncate on log.log_head
  for each statement execute function log.refuse_change();
alter table log.events enable always trigger append_only;
alter table log.log_head enable always trigger never_headless;

-- True when the token is the valid lease of a session's work. A later migration adds work; until then no lease exists.
create function ops.lease_holds(session_id uuid, token bigint) returns boolean
language sql stable
return false;
