import { DomainError, type Lease } from '@syntropic/kernel';
import type { WorkQueue } from '@syntropic/work';

/** @throws DomainError `work.lease_lost` for a lease that no longer holds a session of the execution */
export async function checkLease(queue: WorkQueue, lease: Lease | undefined, executionId: string): Promise<void> {
  if (lease && (await queue.holds(lease, executionId))) return;
  throw new DomainError('work.lease_lost', 'the lease of a session of this execution is not held', 'conflict');
}
