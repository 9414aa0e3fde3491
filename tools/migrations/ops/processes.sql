-- The position of each process in the log.
create table ops.processes (
  name text primary key,
  position bigint not null,
  epoch uuid not null,
  status text not null default 'running' check (status in ('running', 'failing')),
  error text,
  moved_at timestamptz not null default clock_timestamp()
);

-- Registers a process, in the migration that introduces it. Its first event is the next one appended.
create function ops.register_process(name text) returns void
language sql
begin atomic
  insert into ops.processes (name, position, epoch)
  select register_process.name, head.position, head.store_epoch from log.log_head head
  on conflict do nothing;
end;

-- Delayed commands. A stopped or fired timer stays for a day without due_at, so that a late, older start is recognized.
create table ops.timers (
  process text not null,
  key text not null,
  -- The event that started or stopped it, and the ordinal of the action in the reaction to that event.
  position bigint not null,
  ordinal int not null,
  due_at timestamptz,
  command jsonb,
  attempts int not null default 0,
  settled_at timestamptz,
  primary key (process, key),
  check ((due_at is null) = (settled_at is not null)),
  check (due_at is null or command is not null)
);
create index timers_due on ops.timers (due_at) where due_at is not null;
create index timers_settled on ops.timers (settled_at) where due_at is null;
