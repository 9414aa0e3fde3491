import { content as contract, type ContentCommands, type ContentEvent } from '@syntropic/artifacts/contracts';
import { aggregate, refusing } from '@syntropic/kernel';

/** The bytes at one location of object storage. A retired one is never named again, so its bytes can be removed at any later moment. */
export type Content = Readonly<{ status: 'kept' | 'retired' | 'removed' }>;

type Decision = readonly ContentEvent[];

const refuse = refusing(contract);

/** To retire a content twice changes nothing. */
export function retireContent({ status }: Content, data: ContentCommands['RetireContent']): Decision {
  return status === 'kept' ? [{ type: 'ContentRetired', data }] : [];
}

/** Several services may remove the bytes and say so. */
export function recordContentRemoval({ status }: Content, data: ContentCommands['RecordContentRemoval']): Decision {
  if (status === 'kept') throw refuse('not_retired', 'artifacts may still name these bytes');
  return status === 'retired' ? [{ type: 'ContentRemoved', data }] : [];
}

/** @throws DomainError `content.retired`, `content.removed` when an artifact is to name bytes that are given up */
export function refuseRetired({ status }: Content): void {
  if (status !== 'kept') throw refuse(status, 'these bytes are given up: they are to be stored anew');
}

const evolve = (_: Content, { type }: ContentEvent): Content => ({
  status: type === 'ContentRetired' ? 'retired' : 'removed',
});

export const Content = aggregate(contract, {
  initial: { status: 'kept' },
  evolve,
  decisions: { retireContent, recordContentRemoval },
});
