import { DomainError, type Outcome, type Reservation } from '@syntropic/kernel';
import { VersionConflict, type AppendOutcome } from './append';

/** The answer to a command whose append ended like this. @throws VersionConflict, or DomainError for a refusal */
export function answer(outcome: AppendOutcome, stream: string, reservations: readonly Reservation[]): Outcome {
  switch (outcome.is) {
    case 'appended':
    case 'replayed':
      return { position: outcome.position, version: outcome.version };
    case 'conflict':
      throw new VersionConflict(stream, 'it has changed');
    case 'outdated':
      throw new VersionConflict(stream, 'a stream that the decision has read has changed');
    case 'id_reused':
      throw new DomainError('command.id_reused', 'this command id was used for another command');
    case 'claimed':
      throw refused(reservations[outcome.at], 'claim.taken', `${outcome.by} holds it`);
    case 'not_empty':
      throw refused(reservations[outcome.at], 'scope.not_empty', 'something still belongs to it');
    case 'fenced':
      throw new DomainError('work.lease_lost', 'the lease on this work has expired or belongs to another runner');
    case 'answered':
      throw new DomainError('command.answered', 'a copy of this command was answered meanwhile');
  }
}

function refused(reservation: Reservation | undefined, code: string, message: string): DomainError {
  const refusal = reservation?.refusal ?? { code, message };
  return new DomainError(refusal.code, refusal.message);
}
