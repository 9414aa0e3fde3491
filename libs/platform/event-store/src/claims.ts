import type { Pool } from 'pg';

/** Reads the claims of streams. What it answers may have changed by the next append, which alone can hold a rule. */
export class Claims {
  constructor(private readonly pool: Pool) {}

  /** The first keys of a scope, in order. */
  async keysIn(scope: string, most: number): Promise<readonly string[]> {
    const { rows } = await this.pool.query<Readonly<{ key: string }>>({
      name: 'claims-in-scope',
      text: 'select key from log.claims where scope = $1 order by key limit $2',
      values: [scope, most],
    });
    return rows.map(({ key }) => key);
  }

  async isClaimed(scope: string, key: string): Promise<boolean> {
    const { rowCount } = await this.pool.query({
      name: 'claim-exists',
      text: 'select from log.claims where scope = $1 and key = $2',
      values: [scope, key],
    });
    return rowCount === 1;
  }
}
