import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/**
 * The token of a lease gets a random part below its rising one. A trigger issues it, so that no statement that hands work over can forget it,
 * and tokens of older builds stay valid and lower.
 */
export class UnguessableTokens implements Migration {
  readonly name = 'unguessable-tokens-0202611260310';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      -- 36 random bits below a count that leaves room for 131,072 leases of a session: JSON holds integers up to 2^53.
      create function ops.issue_token() returns trigger
      language plpgsql volatile
      set search_path = pg_catalog, pg_temp
      as $$
      begin
        new.token := (((old.token >> 36) + 1) << 36)
          | ('x' || lpad(left(replace(gen_random_uuid()::text, '-', ''), 9), 16, '0'))::bit(64)::bigint;
        return new;
      end
      $$;
      revoke execute on function ops.issue_token from public;

      create trigger issue_token before update of token on ops.work
        for each row when (new.state = 'leased' and new.token > old.token)
        execute function ops.issue_token();
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('drop trigger issue_token on ops.work');
    await queries.query('drop function ops.issue_token');
  }
}
