import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { MAINTAIN } from './telemetry/functions';

const sql = (file: string): string => readFileSync(join(__dirname, 'telemetry', file), 'utf8');

/**
 * Facts about models, tools and words in columns, with roll-ups by minute, hour and day. The database decides the layout: hypertables and
 * continuous aggregates where TimescaleDB is installed, native partitions elsewhere. Stored events are moved only by the command for it.
 */
export class TelemetryFacts implements Migration {
  readonly name = 'telemetry-facts-0202611261815';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(INSTALL_EXTENSION);
    for (const file of ['facts.sql', 'layouts.sql', 'roll-ups.sql', 'insert-facts.sql', 'prices.sql', 'backfill.sql']) {
      await queries.query(sql(file));
    }
    await queries.query(`
      select telemetry.supersede(array(select distinct session_id from telemetry.usage));
      select telemetry.create_native_roll_ups();
      ${GRANTS}
    `);
    await queries.query(MOVE_EMPTY);
    await queries.query('select telemetry.maintain()');
  }

  async down(queries: QueryRunner): Promise<void> {
    const before = sql('model-calls.sql');
    await queries.query(`
      do $$ begin
        if telemetry.layout() <> 'native' then raise exception 'move the telemetry to native partitions first'; end if;
      end $$;
      drop table telemetry.usage, telemetry.tool_calls, telemetry.texts;
      do $$ declare name text; begin
        for name in select r.name from telemetry.roll_ups() r loop execute format('drop table telemetry.%I', name); end loop;
      end $$;
      drop function telemetry.usage_of, telemetry.tool_call_of, telemetry.text_of, telemetry.supersede, telemetry.roll_ups,
        telemetry.roll_up_usage, telemetry.roll_up_tool_calls, telemetry.create_native_roll_ups,
        telemetry.create_continuous_roll_ups, telemetry.time_tables, telemetry.layout, telemetry.timescale_schema,
        telemetry.create_partition, telemetry.create_partitions, telemetry.drop_partitions, telemetry.begin_move,
        telemetry.copy_day, telemetry.finish_move, telemetry.reprice, telemetry.maintain;
      ${before.slice(before.indexOf('create or replace function'))}
      ${MAINTAIN}
      grant execute on function telemetry.maintain to syn_collector;
      drop index telemetry.sequences_last_at, telemetry.session_totals_last_at;
      alter table telemetry.sequences drop column first_at, drop column last_at;
      alter table telemetry.session_leases drop column leased_at;
    `);
  }
}

/** A server that does not preload the extension ends the session of whoever creates it, so that is not tried. */
const INSTALL_EXTENSION = `
  do $$ begin
    if exists (select from pg_available_extensions where name = 'timescaledb' and installed_version is null)
      and 'timescaledb' = any (string_to_array(replace(current_setting('shared_preload_libraries'), ' ', ''), ','))
    then
      create extension timescaledb;
    end if;
  end $$;
`;

const GRANTS = `
  grant select, insert, update, delete on telemetry.usage, telemetry.tool_calls, telemetry.texts to syn_collector;
  grant select on telemetry.usage, telemetry.tool_calls, telemetry.texts to syn_gateway;
  grant execute on function telemetry.usage_of, telemetry.tool_call_of, telemetry.text_of, telemetry.supersede to syn_collector;
`;

const MOVE_EMPTY = `
  do $$ begin
    if telemetry.timescale_schema() is not null and not exists (select from telemetry.events) then
      perform telemetry.begin_move('timescale');
      perform telemetry.finish_move('timescale', current_date);
    end if;
  end $$;
`;
