import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Sums of tools over all sessions, by hour and by day, in the layout that the store has. */
export class ToolSums implements Migration {
  readonly name = 'tool-sums-0202611262200';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'telemetry', 'tool-sums.sql'), 'utf8'));
    await queries.query(`
      do $$ begin
        if telemetry.layout() = 'native' then
          perform telemetry.create_native_tool_sums();
        else
          perform telemetry.create_continuous_tool_sums();
        end if;
      end $$;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      do $$
      declare
        unit text;
        is_native constant boolean := telemetry.layout() = 'native';
      begin
        if is_native then drop trigger roll_up_sums_added on telemetry.tool_calls; end if;
        foreach unit in array array['hour', 'day'] loop
          execute format('drop %s telemetry.tool_sums_by_%s', case when is_native then 'table' else 'materialized view' end, unit);
        end loop;
      end $$;
      drop function telemetry.create_native_roll_ups, telemetry.create_continuous_roll_ups, telemetry.roll_ups,
        telemetry.create_native_tool_sums, telemetry.create_continuous_tool_sums, telemetry.roll_up_tool_sums;
      alter function telemetry.session_roll_ups rename to roll_ups;
      alter function telemetry.create_native_session_roll_ups rename to create_native_roll_ups;
      alter function telemetry.create_continuous_session_roll_ups rename to create_continuous_roll_ups;
    `);
  }
}
