import { DomainError } from '@syntropic/kernel';
import type { Limit, Limits } from './workspace';

/**
 * Refuses a workspace whose limits would not be enforced.
 * @throws DomainError `workspace.limit_not_held`
 */
export function refuseUnenforceable(backend: string, limits: Limits, unenforceable: readonly Limit[]): void {
  const [first, ...others] = unenforceable.filter((limit) => limits[limit] !== undefined);
  if (first === undefined) return;

  throw new DomainError(
    'workspace.limit_not_held',
    `${backend} cannot enforce on this machine: ${[first, ...others].join(', ')}`,
    'conflict',
    first,
  );
}
