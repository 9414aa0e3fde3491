import type { CommandOrigin } from '@syntropic/messaging';
import { randomUUID } from 'node:crypto';

/** The origin of a runner's own commands, which concern no single session. */
export function originOf(runner: string): CommandOrigin {
  const commandId = randomUUID();
  return { commandId, correlationId: commandId, causationId: commandId, actor: { kind: 'service', id: runner } };
}
