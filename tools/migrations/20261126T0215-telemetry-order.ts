import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Indexes for a session's events in their order, and for its quarantined events. */
export class TelemetryOrder implements Migration {
  readonly name = 'telemetry-order-0202611260215';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query('create index events_session_sequence on telemetry.events (session_id, sequence)');
    await queries.query('create index quarantine_session on telemetry.quarantine (session_id)');
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('drop index telemetry.quarantine_session, telemetry.events_session_sequence');
  }
}
