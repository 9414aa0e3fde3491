import type { CommandContext } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';

const CALLER = { kind: 'user', id: 'admin-cli' } as const;

/** The caller as rows name it. */
export const BY = `${CALLER.kind}:${CALLER.id}`;

/** The context of a command of this program, for the audit. */
export function ownContext(): Pick<CommandContext, 'actor' | 'commandId' | 'correlationId'> {
  const commandId = randomUUID();
  return { actor: CALLER, commandId, correlationId: commandId };
}
