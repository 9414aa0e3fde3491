import { DomainError } from '@syntropic/kernel';
import type { Limit, Limits } from './workspace';

/** A limit that would only be written down is refused. */
export function refuseLimits(backend: string, limits: Limits, cannotHold: readonly Limit[]): void {
  const unheld = cannotHold.filter((limit) => limits[limit] !== undefined);
  if (unheld.length === 0) return;

  throw new DomainError(
    'workspace.limit_not_held',
    `${backend} cannot hold here: ${unheld.join(', ')}`,
    'conflict',
    unheld[0],
  );
}
