-- Commands of administrators and operators that change no stream, and refused requests: by which caller, when, and how it ended.
create table ops.audit_records (
  record_id bigint generated always as identity primary key,
  recorded_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  actor_kind text collate "C" not null,
  actor_id text collate "C" not null,
  -- The name of the command, or `RequestRefused`.
  action text collate "C" not null,
  -- `key-…`, `projection-…`, `process-…`, `dead-letter-…`, `request-…`.
  subject text collate "C" not null,
  -- A command that has only begun was cut off, and is carried out again under its id if its sender retries.
  outcome text not null check (outcome in ('begun', 'done', 'refused')),
  detail jsonb not null default '{}',
  command_id uuid not null,
  -- A report of refused requests has several records.
  ordinal int not null default 0,
  correlation_id text not null,
  unique (command_id, ordinal)
);
create index audit_records_by_actor on ops.audit_records (actor_kind, actor_id, record_id);
create index audit_records_of_refusals on ops.audit_records (record_id) where action = 'RequestRefused';
create index audit_records_by_age on ops.audit_records (recorded_at);

grant select, insert, update, delete on ops.audit_records to syn_command_service;
grant select on ops.audit_records to syn_gateway;
