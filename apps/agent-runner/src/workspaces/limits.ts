import { DomainError } from '@syntropic/kernel';
import type { Limit, Limits } from './workspace';

export type DefaultLimits = Readonly<Record<Limit, number>>;

const GIB = 1024 ** 3;

export const DEFAULT_LIMITS: DefaultLimits = {
  memoryBytes: 2 * GIB,
  pids: 512,
  cpus: 2,
  diskBytes: 2 * GIB,
  inodes: 200_000,
};

export const LIMITS = Object.keys(DEFAULT_LIMITS) as readonly Limit[];

/**
 * The limits of a workspace: those it asks for, and the defaults of the others, without those that cannot be held.
 * @throws DomainError `workspace.limit_not_held` for a limit that was asked for and cannot be held
 */
export function effectiveLimits(
  backend: string,
  asked: Limits,
  { defaults, unenforceable }: { readonly defaults: DefaultLimits; readonly unenforceable: readonly Limit[] },
): Limits {
  refuseUnenforceable(backend, asked, unenforceable);
  const held = LIMITS.filter((limit) => !unenforceable.includes(limit));
  return Object.fromEntries(held.map((limit) => [limit, asked[limit] ?? defaultOf(limit, asked, defaults)]));
}

/** The disk's pages are memory: a larger disk needs as much more of it. */
function defaultOf(limit: Limit, { diskBytes = 0 }: Limits, defaults: DefaultLimits): number {
  return limit === 'memoryBytes' ? defaults.memoryBytes + Math.max(0, diskBytes - defaults.diskBytes) : defaults[limit];
}

function refuseUnenforceable(backend: string, limits: Limits, unenforceable: readonly Limit[]): void {
  const [first, ...others] = unenforceable.filter((limit) => limits[limit] !== undefined);
  if (first === undefined) return;

  throw new DomainError(
    'workspace.limit_not_held',
    `${backend} cannot enforce on this machine: ${[first, ...others].join(', ')}`,
    'conflict',
    first,
  );
}
