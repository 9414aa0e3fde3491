import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';
import { ROLL_UP_TOOL_CALLS, ROLL_UP_TOOL_SUMS, ROLL_UP_USAGE } from './telemetry/planned-roll-ups';

/** A trigger's roll-ups are one planned statement instead of a text for each unit that each insert parses, and inserts without such facts skip it. */
export class PlannedRollUps implements Migration {
  readonly name = 'planned-roll-ups-0202611262240';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`${ROLL_UP_USAGE}; ${ROLL_UP_TOOL_CALLS}; ${ROLL_UP_TOOL_SUMS}`);
  }

  async down(queries: QueryRunner): Promise<void> {
    const functions = [
      partOf('roll-ups.sql', 'create function telemetry.roll_up_usage', '-- Tables of the native layout'),
      partOf(
        'tool-sums.sql',
        'create function telemetry.roll_up_tool_sums',
        'create function telemetry.create_native_tool_sums',
      ),
    ];
    await queries.query(functions.join('').replaceAll('create function', 'create or replace function'));
  }
}

function partOf(file: string, from: string, to: string): string {
  const text = readFileSync(join(__dirname, 'telemetry', file), 'utf8');
  return text.slice(text.indexOf(from), text.indexOf(to));
}
