import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Since when a projection, the relay or a timer stands still: health and metrics say so. */
export class Standstill implements Migration {
  readonly name = 'standstill-0202611252201';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      alter table read.checkpoints add column moved_at timestamptz not null default clock_timestamp();
      alter table ops.relay add column seen_at timestamptz not null default clock_timestamp();
      alter table ops.timers add column failing_since timestamptz;

      -- Since when a reader that moved to \`after\` at \`moved_at\` leaves the next event alone; null when the log has no next event.
      create function log.waiting_since(after bigint, moved_at timestamptz) returns timestamptz
      language sql stable security definer
      set search_path = pg_catalog, pg_temp
      return (select greatest(e.recorded_at, moved_at) from log.events e where e.position = after + 1);

      grant select on ops.relay to syn_gateway;
      grant select (process, key, due_at, failing_since) on ops.timers to syn_gateway;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      revoke select on ops.relay from syn_gateway;
      revoke select (process, key, due_at, failing_since) on ops.timers from syn_gateway;
      drop function log.waiting_since;
      alter table ops.timers drop column failing_since;
      alter table ops.relay drop column seen_at;
      alter table read.checkpoints drop column moved_at;
    `);
  }
}
