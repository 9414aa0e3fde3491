import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

const BEFORE = 'q.provider = any (of_providers)';
const AFTER = `${BEFORE}
        and q.secrets <@ coalesce((select r.secrets from ops.runners r where r.runner_id = for_runner), '{}')`;

/** The secrets that work needs, and those that runners offer, by name: a runner claims only work whose secrets it has. */
export class WorkSecrets implements Migration {
  readonly name = 'work-secrets-0202611261013';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      alter table ops.work add column secrets text[] not null default '{}';
      alter table ops.runners add column secrets text[] not null default '{}';
      ${claimWorkWith(BEFORE, AFTER)}
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(`
      ${claimWorkWith(AFTER, BEFORE)}
      alter table ops.runners drop column secrets;
      alter table ops.work drop column secrets;
    `);
  }
}

/** Changes one condition of the function, and keeps the rest of it as it is, with its rights. */
const claimWorkWith = (before: string, after: string): string => `
  do $do$
  declare
    former text := pg_get_functiondef('ops.claim_work'::regproc);
    changed text := replace(former, $text$${before}$text$, $text$${after}$text$);
  begin
    if changed = former then raise exception 'ops.claim_work has another condition'; end if;
    execute changed;
  end
  $do$;`;
