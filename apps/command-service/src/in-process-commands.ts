import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext, Outcome } from '@syntropic/kernel';
import { catalogue } from './catalogue';

/** Brings commands of processes, timers and the sweeper to their handlers: they run beside them, so no message is needed. */
@Injectable()
export class InProcessCommands {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  readonly send = (context: string, type: string, data: object, about: CommandContext): Promise<Outcome> => {
    const Command = catalogue[context]?.[type];
    if (!Command) return Promise.reject(new Error(`nobody handles ${context}.${type}`));

    // Every command in the catalogue of a process answers where it left its stream.
    return this.bus.execute<object, Outcome>(new Command(data as never, about));
  };
}
