-- How far each process has come in the log.
create table ops.processes (
  name text primary key,
  position bigint not null,
  epoch uuid not null,
  status text not null default 'running' check (status in ('running', 'failing')),
  error text,
  moved_at timestamptz not null default clock_timestamp()
);

-- For the migration that brings a process: it hears of what happens from now on.
create function ops.register_process(name text) returns void
language sql
begin atomic
  insert into ops.processes (name, position, epoch)
  select register_process.name, head.position, head.store_epoch from log.log_head head
  on conflict do nothing;
end;

-- Commands for later. A stopped or fired timer stays for a day without due_at, so that an older start that comes late is known as such.
create table ops.timers (
  process text not null,
  key text not null,
  -- The event that started or stopped it, and the action's place in the reaction to it.
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
