import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Commits are counted by day before the events of their day go. */
export class CommitsByDay implements Migration {
  readonly name = 'commits-by-day-0202611270101';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'telemetry', 'commits.sql'), 'utf8'));
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      drop function telemetry.maintain(interval, interval, interval, interval, int);
      alter function telemetry.maintain_tables(interval, interval, interval, interval, int) rename to maintain;
      grant execute on function telemetry.maintain(interval, interval, interval, interval, int) to syn_collector;
      drop function telemetry.count_commits, telemetry.count_final_commits, telemetry.recount_commits;
      drop table telemetry.commits_by_day, telemetry.commits_counted;
    `);
  }
}
