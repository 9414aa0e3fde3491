import type { CommandOrigin } from '@syntropic/messaging';
import { randomUUID } from 'node:crypto';

/** Of what a runner says for itself, about no session in particular. */
export function originOf(runner: string): CommandOrigin {
  const commandId = randomUUID();
  return { commandId, correlationId: commandId, causationId: commandId, actor: { kind: 'service', id: runner } };
}
