import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

const FUNCTIONS = `
  ops.reserve_budget, ops.settle_budget, ops.settle_session_budget, ops.reached_limits, ops.had_lease, ops.move_budget_clock`;

/** The ledger of budgets: what executions with limits have spent, and what is reserved for the calls in flight. */
export class Budgets implements Migration {
  readonly name = 'budgets-0202611260651';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'ops', 'budgets.sql'), 'utf8'));
    await queries.query(`
      grant select, insert, update, delete on ops.budgets, ops.budget_entries to syn_command_service;
      grant select on ops.budget_limits to syn_command_service, syn_gateway;
      grant execute on function ${FUNCTIONS} to syn_command_service;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`drop function ${FUNCTIONS}`);
    await queries.query('drop view ops.budget_limits');
    await queries.query('drop table ops.budget_entries, ops.budgets');
  }
}
