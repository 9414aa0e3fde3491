import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Indexes for the newest events of all sessions, for a session's tools, and for the sessions whose usage telemetry alone has, or that cost most. */
export class TelemetryLists implements Migration {
  readonly name = 'telemetry-lists-0202611261352';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      create index events_time on telemetry.events (time);
      create index events_session_tools on telemetry.events (session_id, time) where type in
        ('tool_execution_started', 'tool_execution_completed', 'tool_execution_failed', 'tool_blocked');
      create index session_v1_unaccounted on read.session_v1 (cost_complete, total_tokens);
      create index session_v1_cost on read.session_v1 (cost_usd);
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      drop index read.session_v1_cost, read.session_v1_unaccounted, telemetry.events_session_tools, telemetry.events_time
    `);
  }
}
