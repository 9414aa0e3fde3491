import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { INSERT_BATCHES, MAINTAIN } from './telemetry/functions';

/** Telemetry: events partitioned by day, their sequence numbers and deduplication, and roll-ups for totals. */
export class Telemetry implements Migration {
  readonly name = 'telemetry-0000000000004';
  readonly kind = 'expanding';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(EVENTS);
    await runner.query(ROLL_UPS);
    await runner.query(INSERT_BATCHES);
    await runner.query(MAINTAIN);
    await runner.query(GRANTS);
    await runner.query('select telemetry.maintain()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function telemetry.maintain, telemetry.insert_batches;
      drop table telemetry.session_models, telemetry.session_legs, telemetry.session_totals, telemetry.quarantine,
        telemetry.session_leases, telemetry.sequences, telemetry.seen, telemetry.events;
    `);
  }
}

const EVENTS = `
  create table telemetry.events (
    time timestamptz not null,
    received_at timestamptz not null default clock_timestamp(),
    event_id uuid not null,
    execution_id text,
    session_id text not null,
    phase_id text,
    type text not null,
    sequence bigint,
    data jsonb not null
  ) partition by range (time);
  create index on telemetry.events (execution_id, sequence);
  create index on telemetry.events (session_id, time);
  create index on telemetry.events (type, time);
  create table telemetry.events_default partition of telemetry.events default;

  create table telemetry.seen (
    event_id uuid primary key,
    seen_at timestamptz not null default now()
  );
  create index on telemetry.seen using brin (seen_at);

  create table telemetry.sequences (
    execution_id text primary key,
    last bigint not null default 0
  );

  create table telemetry.session_leases (
    session_id text primary key,
    token bigint not null
  );

  create table telemetry.quarantine (
    event_id uuid primary key,
    received_at timestamptz not null default clock_timestamp(),
    session_id text,
    reason text not null,
    event text not null
  );
`;

/** `session_models` holds each leg's usage twice: estimated call by call, and as the agent reported it. */
const ROLL_UPS = `
  create table telemetry.session_totals (
    session_id text primary key,
    execution_id text,
    phase_id text,
    events bigint not null,
    tool_calls bigint not null,
    failed_tools bigint not null,
    subagents bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null
  );
  create index on telemetry.session_totals (execution_id);

  create table telemetry.session_legs (
    session_id text,
    leg int,
    conversed boolean not null,
    answers bigint not null,
    turns bigint,
    account_ms bigint,
    ended text,
    ended_ms bigint,
    primary key (session_id, leg)
  );

  create table telemetry.session_models (
    session_id text,
    leg int,
    model text,
    estimated boolean,
    input_tokens bigint not null,
    output_tokens bigint not null,
    cache_creation_tokens bigint not null,
    cache_read_tokens bigint not null,
    cost_usd numeric(18, 9),
    primary key (session_id, leg, model, estimated)
  );
`;

const GRANTS = `
  grant select, insert, update, delete on all tables in schema telemetry to syn_collector;
  grant select on all tables in schema telemetry to syn_gateway;
  revoke all on function telemetry.insert_batches, telemetry.maintain from public;
  grant execute on function telemetry.insert_batches, telemetry.maintain to syn_collector;
`;
