import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** The condition that was added to the function of the file since. */
const PROVIDER = 'q.provider = any (of_providers)';
const WITH_SECRETS = `${PROVIDER}
        and q.secrets <@ coalesce((select r.secrets from ops.runners r where r.runner_id = for_runner), '{}')`;

/** Parked sessions have checkpoints, with which other runners go on. */
export class Checkpoints implements Migration {
  readonly name = 'checkpoints-0202611261059';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(readFileSync(join(__dirname, 'ops', 'checkpoints.sql'), 'utf8'));
    await queries.query('grant select, insert, delete on ops.checkpoints to syn_command_service');
  }

  /** The former function, as the file of the table defines it. */
  async down(queries: QueryRunner): Promise<void> {
    const tables = readFileSync(join(__dirname, 'ops', 'work.sql'), 'utf8');
    const [former = ''] = /create function ops\.claim_work\([^]*?\n\$\$;/.exec(tables) ?? [];
    await queries.query(
      former.replace('create function', 'create or replace function').replace(PROVIDER, WITH_SECRETS),
    );
    await queries.query(`
      alter table ops.work drop column has_checkpoint;
      alter table ops.runners drop column restores_checkpoints;
      drop table ops.checkpoints;
    `);
  }
}
