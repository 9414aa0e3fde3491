import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Work and its leases, the processes' places in the log, and their timers: what command-service keeps beside the log. */
export class Ops implements MigrationInterface {
  readonly name = 'ops-0000000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(WORK);
    await runner.query(CLAIM_WORK);
    await runner.query(LEASE_HOLDS);
    await runner.query(PROCESSES);
    await runner.query(TIMERS);
    await runner.query(`
      grant select, insert, update, delete
        on ops.work, ops.runners, ops.lease_service, ops.processes, ops.timers to syn_command_service`);
  }

  /** `ops.lease_holds` stays: the append asks it. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create or replace function ops.lease_holds(session_id uuid, token bigint) returns boolean
        language sql stable return true;
      drop function ops.claim_work;
      drop function ops.register_process;
      drop table ops.work, ops.runners, ops.lease_service, ops.processes, ops.timers;
    `);
  }
}

const WORK = `
  create table ops.work (
    session_id uuid primary key,
    execution_id text not null,
    workflow_id text not null,
    phase_id text not null,
    attempt int not null,
    leg int not null,
    backend text not null,
    provider text not null,
    state text not null default 'queued' check (state in ('queued', 'leased', 'parked', 'lost', 'closed')),
    token bigint not null default 0,
    runner text,
    claim_id uuid,
    parked_on text,
    control text not null default 'run' check (control in ('run', 'pause', 'cancel')),
    as_of bigint not null,
    queued_at timestamptz not null default clock_timestamp(),
    hinted_at timestamptz,
    expires_at timestamptz,
    check ((state = 'leased') = (expires_at is not null)),
    check (state <> 'leased' or runner is not null)
  );
  comment on column ops.work.as_of is 'position of the newest event that was heard about this work: an older one changes nothing';
  comment on column ops.work.parked_on is 'the runner whose disk keeps the workspace; nobody else can go on with it';

  create index work_queued on ops.work (queued_at, session_id) where state = 'queued';
  create index work_leased on ops.work (expires_at) where state = 'leased';
  create index work_lost on ops.work (session_id) where state = 'lost';
  create index work_of_execution on ops.work (execution_id);
  create index work_claim on ops.work (claim_id);

  create table ops.runners (
    runner_id text primary key,
    backends text[] not null,
    providers text[] not null,
    slots int not null,
    seen_at timestamptz not null
  );

  create table ops.lease_service (
    only boolean primary key default true check (only),
    since timestamptz not null,
    last timestamptz not null
  );
  comment on table ops.lease_service is 'for how long leases could be renewed without a break';
  insert into ops.lease_service (since, last) values (clock_timestamp(), clock_timestamp());`;

/**
 * One claim of a runner at a time, each seeing the one before: a claim that is sent again finds what it took,
 * even when the first is still on its way. Hence a function: the snapshot must be younger than the lock.
 */
const CLAIM_WORK = `
  create function ops.claim_work(
    for_runner text, of_backends text[], of_providers text[], session uuid, claim uuid, lease interval
  ) returns setof ops.work language plpgsql as $$
  declare
    answered ops.work;
  begin
    perform pg_advisory_xact_lock(hashtextextended('ops.claim_work ' || for_runner, 0));

    select * into answered from ops.work w
     where w.claim_id = claim or (w.session_id = session and w.runner = for_runner and w.state = 'leased')
     limit 1 for update;
    if answered.session_id is not null then
      return query
        update ops.work w set expires_at = clock_timestamp() + lease
         where w.session_id = answered.session_id and w.runner = for_runner and w.state = 'leased'
        returning w.*;
      return;
    end if;

    return query
      update ops.work w
         set state = 'leased', token = w.token + 1, runner = for_runner, claim_id = claim,
             expires_at = clock_timestamp() + lease
       where w.session_id = (
         select q.session_id from ops.work q
          where q.state = 'queued' and q.backend = any (of_backends) and q.provider = any (of_providers)
            and (q.parked_on is null or q.parked_on = for_runner)
            and (session is null or q.session_id = session)
          order by q.queued_at, q.session_id
          limit 1 for update skip locked)
      returning w.*;
  end $$`;

/** The fence: who checks it under the append's lock can be overtaken by nobody who claims later. */
const LEASE_HOLDS = `
  create or replace function ops.lease_holds(session_id uuid, token bigint) returns boolean
    language sql stable
    as $$ select exists (select from ops.work w where w.session_id = $1 and w.token = $2 and w.state = 'leased') $$`;

const PROCESSES = `
  create table ops.processes (
    name text primary key,
    position bigint not null,
    epoch uuid not null,
    status text not null default 'running' check (status in ('running', 'failing')),
    error text,
    moved_at timestamptz not null default clock_timestamp()
  );

  create function ops.register_process(name text) returns void
    language sql
    as $$
      insert into ops.processes (name, position, epoch)
      select $1, h.position, h.store_epoch from log.log_head h on conflict do nothing
    $$;
  comment on function ops.register_process is
    'for the migration that brings a process: it hears of what happens from now on';`;

const TIMERS = `
  create table ops.timers (
    process text not null,
    key text not null,
    position bigint not null,
    ordinal int not null,
    due_at timestamptz,
    command jsonb,
    attempts int not null default 0,
    settled_at timestamptz,
    primary key (process, key),
    check ((due_at is null) = (settled_at is not null))
  );
  comment on table ops.timers is
    'a stopped or fired timer stays for a day, without due_at, so that an older start that comes late is known as such';

  create index timers_due on ops.timers (due_at) where due_at is not null;
  create index timers_settled on ops.timers (settled_at) where due_at is null;`;
