import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { INLINED_TEXT_OF, INSERT_FACTS, LEAN_INSERT } from './telemetry/lean-insert';
import {
  GROUPED_TOOL_CALLS,
  GROUPED_TOOL_SUMS,
  ROLL_UP_TOOL_CALLS,
  ROLL_UP_TOOL_SUMS,
} from './telemetry/planned-roll-ups';

/** An insert of telemetry costs the store a third less: words, keys of locks and facts of tools are each found once. */
export class LeanInsert implements Migration {
  readonly name = 'lean-insert-0202611270108';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query([INLINED_TEXT_OF, LEAN_INSERT, GROUPED_TOOL_CALLS, GROUPED_TOOL_SUMS].join(';'));
  }

  async down(queries: QueryRunner): Promise<void> {
    const facts = readFileSync(join(__dirname, 'telemetry', 'facts.sql'), 'utf8');
    const start = facts.indexOf('create function telemetry.text_of');
    const textOf = facts
      .slice(start, facts.indexOf('-- Takes usage out of the roll-ups'))
      .replace('create', 'create or replace');
    await queries.query([textOf, INSERT_FACTS, ROLL_UP_TOOL_CALLS, ROLL_UP_TOOL_SUMS].join(';'));
  }
}
