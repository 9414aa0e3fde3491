import type { CommandContext } from '@syntropic/kernel';
import { bodyHashOf } from '@syntropic/messaging';

type Facts = Readonly<{ executionId: string } & Record<string, unknown>>;

/**
 * The context of a command that a task of this service sends about an execution. The task is its own cause. Commands with one id are one
 * command as long as `facts` are the same.
 */
export const ownOrigin = (task: string, commandId: string, facts: Facts): CommandContext => ({
  commandId,
  correlationId: commandId,
  causationId: commandId,
  actor: { kind: 'service', id: task },
  bodyHash: bodyHashOf(facts),
  executionId: facts.executionId,
});
