import { DomainError, type Command } from '@syntropic/kernel';

/**
 * Refuses a command that its sender may not send over the bus, in case its permissions on the bus allow too much.
 * The log checks that the lease is the valid one.
 * @throws DomainError `command.forbidden`, `work.lease_required`
 */
export function checkSender({ message, data, context: { lease } }: Command): void {
  const { sender, type } = message;
  if (sender === 'platform') {
    throw new DomainError('command.forbidden', `only the platform itself sends ${type}`, 'forbidden');
  }
  if (sender !== 'lease holder') return;
  const isOfLease = lease && (!('sessionId' in data) || data.sessionId === lease.sessionId);
  if (!isOfLease) {
    throw new DomainError(
      'work.lease_required',
      `only the holder of the session's lease may send ${type}`,
      'forbidden',
    );
  }
}
