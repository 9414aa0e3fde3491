import type { Platform } from '@syntropic/e2e';
import { createPool } from '@syntropic/postgres';
import type { Pool } from 'pg';

/** A renewal of a lease, with the time in milliseconds that the lease had left by Postgres's clock. */
export type Renewal = Readonly<{ token: string; leftMs: number }>;

/** Notes each renewal of a lease as the row of the work changes. */
const NOTE_RENEWALS = `
  create schema renewals;
  create table renewals.noted (number bigserial, session_id uuid, token bigint, left_ms float8);
  create function renewals.note() returns trigger language plpgsql security definer as $$
  begin
    insert into renewals.noted (session_id, token, left_ms)
    values (new.session_id, new.token, 1000 * extract(epoch from old.expires_at - clock_timestamp()));
    return null;
  end $$;
  create trigger note_renewal after update of expires_at on ops.work
    for each row when (old.state = 'leased' and new.state = 'leased') execute function renewals.note()`;

/** Returns a session's renewals, in order, from the start of the spec's platform on. */
export function useRenewals(platform: Platform): (sessionId: string) => Promise<readonly Renewal[]> {
  let pool: Pool | undefined;
  const store = () => (pool ??= createPool(platform.server('postgres').url ?? '', { max: 1 }));
  beforeAll(() => store().query(NOTE_RENEWALS));
  afterAll(() => pool?.end());
  return async (sessionId) => {
    const { rows } = await store().query<Renewal>(
      'select token::text, left_ms as "leftMs" from renewals.noted where session_id = $1 order by number',
      [sessionId],
    );
    return rows;
  };
}
