import type { Pool } from 'pg';
import { migrationFiles } from './migration-files';

/** The database's schema does not serve this build. */
export class UnknownSchema extends Error {
  override readonly name = 'UnknownSchema';
}

type Applied = Readonly<{ name: string; kind: string | null }>;

/**
 * Refuses a schema that lacks migrations of this build, or has contracting ones that this build does not know.
 * Unknown expanding migrations are accepted: older replicas keep running during a rolling upgrade.
 */
export async function assertSchema(pool: Pool, known = namesOfThisBuild()): Promise<void> {
  const applied = await appliedMigrations(pool);
  if (applied.length === 0)
    throw new UnknownSchema(`this build knows ${known.length} migrations, the database has none`);

  const names = new Set(applied.map(({ name }) => name));
  const missing = known.filter((name) => !names.has(name));
  const refused = applied.filter(({ name, kind }) => kind !== 'expanding' && !known.includes(name));

  const faults = [
    ...(missing.length > 0 ? [`the database lacks the migrations ${missing.join(', ')}`] : []),
    ...(refused.length > 0 ? [`this build does not know the migrations ${refused.map(described).join(', ')}`] : []),
  ];
  if (faults.length > 0) throw new UnknownSchema(faults.join('; '));
}

const namesOfThisBuild = (): readonly string[] => migrationFiles().map(({ name }) => name);

const described = ({ name, kind }: Applied) => `${name} (${kind ?? 'its kind is not recorded'})`;

async function appliedMigrations(pool: Pool): Promise<readonly Applied[]> {
  const { rows } = await pool.query<{ hasHistory: boolean; hasKinds: boolean }>(
    `select to_regclass('ops.migrations') is not null as "hasHistory",
       to_regclass('ops.migration_kinds') is not null as "hasKinds"`,
  );
  if (!rows[0]?.hasHistory) return [];

  // A database that was migrated before kinds were recorded lacks their table.
  const kinds = rows[0].hasKinds ? 'ops.migration_kinds' : '(select null as name, null as kind)';
  const history = await pool.query<Applied>(
    `select name, kind from ops.migrations left join ${kinds} kinds using (name) order by timestamp`,
  );
  return history.rows;
}
