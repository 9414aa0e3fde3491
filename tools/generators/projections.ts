import type { Projection } from '@syntropic/projections';

/** The projections that a module exports, by themselves or in lists. */
export async function projectionsIn(file: string): Promise<readonly Projection[]> {
  const exported: unknown = await import(file);
  const values: readonly unknown[] = Object.values(exported ?? {}).flat();
  return [...new Set(values.filter(isProjection))];
}

/** By shape: compiled libraries carry their own copy of every class. */
function isProjection(value: unknown): value is Projection {
  const { name, version, table, columns } = (value ?? {}) as Partial<Projection>;
  return typeof table === 'string' && table === `read.${name ?? ''}_v${version ?? ''}` && Array.isArray(columns);
}
