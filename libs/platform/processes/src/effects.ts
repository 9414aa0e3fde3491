import type { AddressedCommand, CommandContext, Recorded } from '@syntropic/kernel';
import { bodyHashOf } from '@syntropic/messaging';
import type { Action } from './action';
import type { EffectHandlers } from './effect';
import { commandIdOf } from './process';
import type { SendCommand } from './send-command';
import type { Timers } from './timers';

/** The source of an action: the process, the event, and its index in the reaction's answer, from 0. */
export type Origin = Readonly<{ process: string; event: Recorded; ordinal: number }>;

/** Carries actions out. A repeated action, or a late one of a former leader, changes nothing. */
export class Effects {
  constructor(
    private readonly send: SendCommand,
    private readonly timers: Pick<Timers, 'start' | 'stop'>,
    private readonly handlers: EffectHandlers = {},
  ) {}

  async carryOut(action: Action, origin: Origin): Promise<void> {
    const { position } = origin.event;
    switch (action.kind) {
      case 'send':
        await this.send(action.command, contextOf(action.command, origin));
        return;
      case 'effect': {
        const handler = this.handlers[action.name];
        if (!handler) throw new Error(`no handler for the effect ${action.name}`);
        await handler(action.input, position);
        return;
      }
      case 'start_timer':
        return this.timers.start({
          ...positionOf(action.key, origin),
          due: { from: origin.event.recordedAt, afterSeconds: action.afterSeconds },
          command: action.command,
          context: contextOf(action.command, origin),
        });
      case 'stop_timer':
        return this.timers.stop(positionOf(action.key, origin));
    }
  }
}

const positionOf = (key: string, { process, event, ordinal }: Origin) => ({
  process,
  key,
  position: event.position,
  ordinal,
});

function contextOf(command: AddressedCommand, { process, event, ordinal }: Origin): CommandContext {
  const { correlationId, executionId, traceparent } = event.metadata;
  return {
    commandId: commandIdOf(process, event.id, ordinal),
    correlationId,
    causationId: event.id,
    actor: { kind: 'service', id: process },
    bodyHash: bodyHashOf(command.data),
    ...(executionId && { executionId }),
    ...(traceparent && { traceparent }),
  };
}
